"""What documentation names exists: files, modules, links, commands with their options; every page says its origin."""

import argparse
import ast
import re
import shlex
import subprocess
from fnmatch import fnmatch
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from meddx.cli import COMMANDS
from meddx.config import ROOT

FILE = re.compile(r"(?<![\w/.<*-])[\w.<>*/-]*[\w>*]\.(?:py|js|css|html|toml|lock|txt|md|svg|png)\b(?!\()")
FOLDER = re.compile(r"`([\w.<>*-]+/(?:[\w.<>*/-]+/)?)`")
MODULE = re.compile(r"`((?:meddx|studies|benchmarks|pages|tests)(?:\.\w+)+)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
NOT_OF_THE_CHECKOUT = {
    "README.txt",
    "node.toml",
    "/etc/meddx/node.toml",
    "/etc/meddx/pacs.toml",
    "search.toml",
    "films.txt",
}  # what `meddx phantom` writes, and a person
CASE_FILE = re.compile(r"[A-Z]\d\d\w*\.(?:dcm|png|jpg)")  # of the folder that docs/image-cases.md is about
MADE_LATER = ("runs/", "phantoms/", "/tmp/", "engine.svg", "worker.svg")


def texts():
    """Every text by hand or generated, but the reference of the API, whose names are those of the code."""
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "studies" / "README.md"]
    return sorted(path for path in files if (ROOT / "docs" / "api") not in path.parents)


@cache
def tracked():
    """Paths of the files in the checkout."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def exists(name, folder):
    """Whether a file or folder is there: from the root, beside the text, or by the end of its path."""
    pattern = re.sub(r"<[^>]*>|\b[A-Z]{2,}\b(?!\.)", "*", name).rstrip("/")
    if name.endswith("/"):
        folders = {str(parent) for path in tracked() for parent in Path(path).parents}
        return any(fnmatch(one, pattern) or fnmatch(one, f"*/{pattern}") for one in folders)
    beside = (folder / name).exists()
    return beside or any(fnmatch(one, pattern) or fnmatch(one, f"*/{pattern}") for one in tracked())


def file_of(module):
    """Path of a module or a package's __init__, None where there is neither."""
    path = ROOT.joinpath(*module.split("."))
    found = [one for one in (path.with_suffix(".py"), path / "__init__.py") if one.is_file()]
    return found[0] if found else None


def defined(path):
    """Names that a module defines or imports at its top, and the members of its classes."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
    return names


def resolves(dotted):
    """Whether it is a module, or what follows the module is defined there."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        path = file_of(".".join(parts[:end]))
        if path is not None:
            return set(parts[end:]) <= defined(path)
    return False


def commands(text):
    """Commands that the text prints: in backticks, where lines may be folded, and on lines of their own."""
    spans = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    lines = [line for block in re.findall(r"```\w*\n(.*?)```", text, flags=re.DOTALL) for line in block.splitlines()]
    lines += [line for line in text.splitlines() if line.startswith("    ")]
    for place in (*spans, *lines):
        line = " ".join(place.split("#")[0].split())
        yield from re.findall(r"(?:python(?:3\.11)? -m|(?<=\s)-m) ((?:meddx|studies|benchmarks)\b[^|>&;]*)", line)
        yield from re.findall(r"^(?:\w+=\S+ )?(meddx [a-z][^|>&;]*)", line)


def with_actions(parser):
    """A parser, and those of its actions, such as `meddx model add`."""
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return [parser, *(one for action in nested for one in action.choices.values())]


@cache
def options(command):
    """Option strings of a command of meddx, or of a module that is run."""
    if command in COMMANDS:
        parser = argparse.ArgumentParser()
        import_module(f"meddx.commands.{command.replace('-', '_')}").add_arguments(parser)
        return "".join(one.format_help() for one in with_actions(parser))
    path = file_of(command)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", texts(), ids=lambda path: str(path.relative_to(ROOT)))
class TestText:
    def test_every_file_and_folder_it_names_exists(self, path):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"https?://\S+", "", text)
        named = {
            name for name in FILE.findall(text) if name not in NOT_OF_THE_CHECKOUT and not CASE_FILE.fullmatch(name)
        }
        named |= set(FOLDER.findall(text))
        named = {name.removeprefix("./") for name in named if not name.startswith(MADE_LATER)}
        assert {name for name in named if not exists(name, path.parent)} == set()

    def test_every_module_and_name_of_the_code_it_gives_exists(self, path):
        assert [name for name in MODULE.findall(path.read_text(encoding="utf-8")) if not resolves(name)] == []

    def test_every_link_leads_somewhere(self, path):
        links = LINK.findall(path.read_text(encoding="utf-8"))
        assert [link for link in links if not (path.parent / link).exists()] == []

    def test_every_command_exists_with_the_options_it_is_given(self, path):
        for command in commands(path.read_text(encoding="utf-8")):
            program, *words = shlex.split(command)
            if program == "meddx":
                if not words or not words[0].islower():
                    continue  # `python -m meddx COMMAND`
                assert words[0] in COMMANDS, command
                program = words[0]
            elif program.count(".") == 0 or file_of(program) is None:
                assert program in {"benchmarks", "studies"} or resolves(program), command
                continue
            given = {word.partition("=")[0] for word in words if word.startswith("--")}
            assert [option for option in given if option not in options(program)] == [], command


def test_every_page_of_docs_says_where_it_comes_from():
    table = (ROOT / "studies" / "README.md").read_text(encoding="utf-8").split("## What generates no page")[0]
    rows = re.findall(r"^\| `(docs/[^`]*)` \|", table, flags=re.MULTILINE)
    pages = [path for path in tracked() if path.startswith("docs/")]
    assert [page for page in pages if not any(page == row or page.startswith(row) for row in rows)] == []
    assert [row for row in rows if not (ROOT / row).exists()] == []


def test_every_study_says_how_it_is_run_and_stands_in_the_table():
    table = (ROOT / "studies" / "README.md").read_text(encoding="utf-8")
    runnable = [
        path for path in (ROOT / "studies").rglob("*.py") if "if __name__ ==" in path.read_text(encoding="utf-8")
    ]
    assert runnable
    for path in runnable:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        command = f"python -m {module}"
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert command in docstring or f"python {path.relative_to(ROOT)}" in docstring, path
        if path.parent.name != "explanations" or path.name == "page.py":  # sections of one page: their page runs them
            assert command in table or f"python {path.relative_to(ROOT)}" in table, path
