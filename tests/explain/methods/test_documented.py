"""The table of docs/explanations.md is that of the registry."""

import re

from meddx.config import ROOT
from meddx.explain.methods import METHODS
from studies.explanations.methods_table import lines

PAGE = (ROOT / "docs" / "explanations.md").read_text(encoding="utf-8")


def test_the_table_of_methods_is_the_one_that_the_registry_prints():
    assert "\n".join(lines()) in PAGE


def test_the_page_says_of_every_method_what_it_is_held_to():
    held_to = PAGE.split("| method | held to |")[1].split("\n\n")[0]
    assert re.findall(r"^\| ([^|-][^|]*) \|", held_to, flags=re.MULTILINE) == [one.title for one in METHODS.values()]
