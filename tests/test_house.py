"""The house rules that tools can hold: import directions, types, style, and what may be tracked."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ["lint-imports"],
        ["mypy"],
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
    ],
    ids=" ".join,
)
def test_tool_finds_nothing(command):
    result = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_what_the_web_process_imports_leaves_tensorflow_out():
    # import-linter reads the packages only; app.py is a module, and imports made at run time show here too.
    code = """
import sys
import app, pages.ui.common.engine_requests, pages.ui.diagnose.heat_map.heat_map_panel
import pages.ui.common.viewer.image_viewer, meddx.model.registry
loaded = {"tensorflow", "keras"} & set(sys.modules)
assert not loaded, loaded
"""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


SAME_IDEA = {
    "HELP": "what a command says of itself",
    "add_arguments": "of a command",
    "run": "a command, a kind of job",
    "main": "of a module that is run",
    "build": "a method of explanation or an architecture on a network",
    "rule": "of a method of the Grad-CAM family",
    "page": "what a page of the app draws",
    "PRECISIONS": "arithmetic of training; the command's copy loads no TensorFlow",
    "TEST_SET": "the name of the set in records and cards",
    "Truth": "the true labels as an array",
    "CHILD": "what a child process runs that decodes images",
    "PATIENCE": "with such a process",
    "serve": "in such a process",
    "drop_ended": "what a tab leaves",
    **dict.fromkeys(
        ["decimal", "percent", "percent_span", "probability", "signed", "span"],
        "of meddx.formatting; pages write the same in the reader's language",
    ),
    "listed": "as a sentence lists them",
    "ATTRIBUTE_PREFIX": "of columns that say something about a case",
}
"""Public names that several modules may define, because the idea is the same."""


def test_a_public_name_that_two_modules_define_is_one_idea():
    defined: dict[str, set[str]] = {}
    for folder in ("meddx", "pages"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    names = [node.name]
                elif isinstance(node, ast.Assign):
                    names = [x.id for target in node.targets for x in ast.walk(target) if isinstance(x, ast.Name)]
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    names = [node.target.id]
                else:
                    names = []
                for name in names:
                    if not name.startswith("_"):
                        defined.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    repeated = {name: paths for name, paths in defined.items() if len(paths) > 1}
    assert repeated
    assert {name: paths for name, paths in repeated.items() if name not in SAME_IDEA} == {}
    assert set(SAME_IDEA) - set(repeated) == set()


def _sentence(node: ast.expr) -> str:
    """The text of a literal sentence with {} for what is filled in; "" for one that is made elsewhere."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""


def test_a_refusal_does_not_end_with_what_is_wrong():
    """One sentence: what was given and which rule it broke, and after a colon or semicolon what to do.

    Where the rule is what a value must be or an option takes, that says it.
    """
    sentences: dict[str, str] = {}
    for path in (ROOT / "meddx").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused" and len(node.args) > 1:
                sentences[f"{path.relative_to(ROOT)}:{node.lineno}"] = _sentence(node.args[1])
    written = {where: sentence for where, sentence in sentences.items() if re.search(r"\w", sentence)}
    assert len(written) > 200
    assert {where: one for where, one in written.items() if not re.search(r"(\.|\{\})$", one)} == {}
    says = re.compile(r"[:;.] (\w|-|\{)|--\w|\bmust be\b|LABEL=VALUE")
    assert {where: one for where, one in written.items() if not says.search(one)} == {}


def test_no_tracked_file_is_too_large_or_an_image():
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in tracked.stdout.split("\0") if name and (ROOT / name).is_file()]
    assert files
    assert [f for f in files if f.stat().st_size > 20 * 2**20] == []
    assert [f for f in files if f.suffix.lower() in {".dcm", ".jpg", ".jpeg", ".npz", ".h5", ".nii"}] == []
    models = [f for f in files if f.suffix == ".keras"]
    assert sum(f.stat().st_size for f in models) <= 110e6
