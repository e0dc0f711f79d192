"""Every test that docs/threat-model.md names is there, by file and by name."""

import ast
import re

from meddx.config import ROOT

PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
REVIEW = PAGE.partition("## A review")[2].partition("\n## ")[0]


def functions_in(file):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_named_test_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert [(file, name) for file, name in named if name not in functions_in(file)] == []


def test_every_sentence_of_the_review_names_a_test():
    rows = [line for line in REVIEW.splitlines() if line.startswith("| ") and "::" not in line]
    assert rows == ["| what was found | test |"]
    assert REVIEW.count("\n| ") >= 14
