"""Find the sentences that meddx makes in English and pages draw in the reader's language, by reading its source.

A sentence with values in it, such as f"{name} has no pixels", is the template "{name} has no pixels"; where a value is
one of two constants ("image" or "images"), each makes a template of its own. Sentences of refusals count in every room
that pages reach, and in pages/, since a refusal is kept in English; others in the modules of SPEAKING, whose text pages
draw.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from meddx.accounts.accounts import Role
from meddx.config import ROOT
from meddx.evaluate.corruptions import CORRUPTIONS
from meddx.explain.map_check.check_words import CheckWord
from meddx.explain.map_check.verdicts import FAITHFULNESS_FILE
from meddx.imaging.markers import MARKERS
from meddx.types import OpinionVerdict
from pages.ui.common.glossary import words

COMMAND_LINE = re.compile(
    r"cli\.py|commands/|training/|model/architectures/|imaging/(phantom|deidentification)/|"
    r"network/(node\.py|receiver)|evaluate/map_evaluation/(run|user_split|annotations|map_queries)|"
    r"evaluate/sets/(download|unpack_archive)|evaluate/shortcuts/(probe|search)\.py"
)
"""Modules of meddx/ whose sentences reach no page."""

SPEAKING = re.compile(
    r"audit/verification|config|formatting|engine/(answers|job_kinds/|load_attempts|loaded_models|unpacking|uploads)|"
    r"evaluate/(assessment|calibration|card_metrics|cautions|delong|estimates|exact_interval|intervals|label_details|"
    r"label_grouping|likelihood_ratios|metric_registry|operating_point|prediction_set_text|smooth_calibration|subgroups|"
    r"predict_set|robustness|threshold_free|training_similarity|"
    r"external_predictions/(?!column_names)|map_evaluation/(baselines|measures|patient_means|recommendation|build_record)|"
    r"paired/(agreement|alignment|common_labels|consensus|difference|kappa|mcnemar|non_inferiority|paired_|pairwise|"
    r"summary|version)|"
    r"sets/(inspection|labelled_set|manifest|subfolders|unpack_upload|open_set|npz)|"
    r"shortcuts/(interventions|regions|search_record|summary))|"
    r"explain/(map_check|methods/registry)|"
    r"export/(card_facts|case_facts|case_report|case_text|measurement_words)|"
    r"imaging/(?!markers|lookup|segmented|unknown_vr|overlay|child_process|array_image|isolated)|install/(?!export)|"
    r"model/(acceptance|beside_image|record_encoding|record_fields|registry|importing/)|"
    r"network/(pacs_access|pacs_studies|dicom_archive|dicomweb_failures|node_reasons|film_results|sender)|"
    r"records/(access|database)|optional_packages"
)
"""Modules of meddx/ whose other sentences pages draw too."""

PROSE_OF_CARDS = frozenset(
    {"title", "summary", "intended", "not_for", "data", "unit", "values", "pretrained", "threshold_rule",
     "threshold_origin", "reason"}
)  # fmt: skip
MEASURED_PROSE_OF_CARDS = frozenset({"known_failures", "split_rule", "threshold_set", "fitted_on", "scale_rule"})
"""Fields whose numbers are values of a template: they differ between models, and change when one is trained anew."""

WORDS = ("File", "above", "below", "none", *get_args(CheckWord), *get_args(OpinionVerdict), *get_args(Role))
"""Words that stand alone where pages and exports draw them."""
PLACES = ("upper", "lower", "left", "right", "middle")
"""Words of which meddx.evaluate.shortcuts.regions makes the name of a region."""

_ERRORS = frozenset({"Refused", "CardError", "EngineUnavailable", "Refusal"})
_SILENT_CALLS = frozenset({"compile", "debug", "info", "warning", "exception", "getLogger", "execute", "ValueError"})
_TITLES = frozenset({"title", "words"})
_TITLES_OF_METRICS = slice(1, 5)
"""Where `Metric` takes title, short title, phrase and meaning."""
_TECHNICAL = re.compile(r"SELECT |[\w/]_\{|\}_|arXiv:|doi:|\\|%s|<\w|ISO_IR|^--\w+ | \| |^[A-Z ,0-9]+$|^\W*\{\w+\}\W*$")
_ONE_WORD_TITLES = re.compile(r"evaluate/map_evaluation|explain/map_check|export/|imaging/patient_facts")
_NUMBER = re.compile(r"(?<![\w.-])\.?\d[\d.,]*(?<![.,])(?![\w-])")
_WORD = re.compile(r"(?<!\{)\b[A-Za-z]{2,}\b(?!\w*\})")


def engine_sentences() -> Iterator[tuple[str, str]]:
    """Yield sentence or template, and the file it is of: of meddx/, refusals, shipped models' cards, the glossary."""
    for path in sorted((ROOT / "meddx").rglob("*.py")):
        name = path.relative_to(ROOT / "meddx").as_posix()
        if not COMMAND_LINE.match(name):
            everything, titles = SPEAKING.match(name) is not None, _ONE_WORD_TITLES.match(name) is not None
            found = sentences_of(path.read_text(encoding="utf-8"), everything=everything, titles=titles)
            yield from ((sentence, f"meddx/{name}") for sentence in found)
    for path in sorted((ROOT / "pages").rglob("*.py")):
        refusals = sentences_of(path.read_text(encoding="utf-8"))
        yield from ((sentence, path.relative_to(ROOT).as_posix()) for sentence in refusals)
    for card in sorted((ROOT / "models").glob("*/card.toml")):
        found_here = _prose(tomllib.loads(card.read_text(encoding="utf-8")))
        yield from ((sentence, card.relative_to(ROOT).as_posix()) for sentence in found_here)
    yield from ((word, "meddx/types.py") for word in WORDS)
    for question in sorted({one for card in (ROOT / "models").glob("*/card.toml") for one in _questions(card)}):
        yield question, "models/"
    yield from ((name, "meddx/imaging/markers.py") for name in MARKERS)
    yield from ((word, "meddx/evaluate/shortcuts/regions.py") for word in PLACES)
    for calibration in tomllib.loads(FAITHFULNESS_FILE.read_text(encoding="utf-8"))["calibrations"]:
        yield calibration["kind"], "meddx/explain/map_check/faithfulness_thresholds.toml"
    for corruption in CORRUPTIONS:
        yield from ((word, "meddx/evaluate/corruptions.py") for word in (corruption.name, corruption.unit))
    for word, meaning in words().items():
        yield word, "docs/words.md"
        yield meaning, "docs/words.md"


def sentences_of(source: str, *, everything: bool = False, titles: bool = False) -> list[str]:
    """Return the sentences of a module: those of its refusals; `everything` else too; and `titles` of a single word."""
    found = _Finder(everything=everything, titles=titles)
    found.visit(ast.parse(source))
    return found.sentences


class _Finder(ast.NodeVisitor):
    """Collects the sentences of one module in their order."""

    def __init__(self, *, everything: bool, titles: bool) -> None:
        self.everything, self.titles = everything, titles
        self.sentences: list[str] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in _ERRORS:
            reasons = (
                [*node.args[1:], *(keyword.value for keyword in node.keywords)] if len(node.args) > 1 else node.args
            )
            for reason in reasons:
                self._take(reason, certainly=True)
        elif called not in _SILENT_CALLS:
            for keyword in node.keywords:
                self._take(keyword.value, certainly=keyword.arg in _TITLES) if self.everything else None
            for title in node.args[_TITLES_OF_METRICS] if called == "Metric" else []:
                self._take(title, certainly=True)
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if self.everything:
            self._take(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if not (self.everything and _templates(node)):
            self.generic_visit(node)
            return
        self._take(node)
        for operand in _operands(node):
            if not _templates(operand):
                self.visit(operand)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        if self.everything:
            self._take(node)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def _take(self, node: ast.expr, *, certainly: bool = False) -> None:
        for sentence in map(_numbered, _templates(node)):
            long_enough = " " in sentence or (self.titles and re.fullmatch("[A-Z][a-z-]{2,}", sentence))
            if _WORD.search(sentence) and (certainly or (long_enough and not _TECHNICAL.search(sentence))):
                self.sentences.append(sentence)


def _templates(node: ast.expr) -> list[str]:
    """Return every text that a literal can be, with {names} for values, and nothing for another expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value.replace("{}", "{value}")]
    if isinstance(node, ast.IfExp):
        return _templates(node.body) + _templates(node.orelse)
    if isinstance(node, ast.BoolOp):
        return [text for value in node.values for text in _templates(value)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _templates(node.left), _templates(node.right)
        return [
            one + other
            for one in left or [f"{{{_name_of(node.left)}}}"]
            for other in right or [f"{{{_name_of(node.right)}}}"]
            if left or right
        ]
    if not isinstance(node, ast.JoinedStr):
        return []
    texts = [""]
    for part in node.values:
        texts = [text + piece for text in texts for piece in _pieces(part)]
    return texts


def _operands(node: ast.expr) -> list[ast.expr]:
    """Return what a chain of + puts together."""
    return [*_operands(node.left), *_operands(node.right)] if isinstance(node, ast.BinOp) else [node]


def _pieces(part: ast.expr) -> list[str]:
    """Return what one part of an f-string can be: text, both constants of a choice between two, or the {name} of it."""
    value = part.value if isinstance(part, ast.FormattedValue) else part
    choice = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
    if all(isinstance(one, ast.Constant) for one in choice):
        return [str(one.value).replace("{", "{{").replace("}", "}}") for one in choice if isinstance(one, ast.Constant)]
    return [f"{{{_name_of(value)}}}"]


def _numbered(template: str) -> str:
    """Return a template whose values all have names of their own: {id}, {id_2}."""
    seen: list[str] = []

    def number(found: re.Match[str]) -> str:
        seen.append(found[1])
        again = seen.count(found[1])
        return f"{{{found[1]}_{again}}}" if again > 1 else found[0]

    return re.sub(r"(?<!\{)\{(\w+)\}(?!\})", number, template).strip()


def _name_of(value: ast.expr) -> str:
    """Return a name for what an expression gives: the first attribute or variable in it that is no function called."""
    called = {id(one.func) for one in ast.walk(value) if isinstance(one, ast.Call)}
    names = [
        one.attr if isinstance(one, ast.Attribute) else one.id
        for one in ast.walk(value)
        if isinstance(one, ast.Attribute | ast.Name) and id(one) not in called
    ]
    return names[0].lower().strip("_") if names else "value"


def _questions(card: Path) -> Iterator[str]:
    """Yield what the metrics of a card are of that is none of its labels: "pneumonia against normal"."""
    held = tomllib.loads(card.read_text(encoding="utf-8"))
    labels = {label["name"] for label in held["labels"]}
    yield from {metric["label"] for metric in held.get("metrics", []) if metric.get("label", "") not in ("", *labels)}


def _prose(card: dict[str, Any]) -> Iterator[str]:
    for key, value in card.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from _prose(one)
            elif isinstance(one, str) and key in PROSE_OF_CARDS and _WORD.search(one):
                yield one
            elif isinstance(one, str) and key in MEASURED_PROSE_OF_CARDS:
                yield _numbered(_NUMBER.sub("{number}", one))
