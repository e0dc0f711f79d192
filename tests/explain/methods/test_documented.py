"""The table of docs/explanations.md is that of the registry."""

from meddx.config import ROOT
from meddx.explain.methods import METHODS


def test_the_table_of_methods_says_what_the_registry_says():
    lines = (ROOT / "docs" / "explanations.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    documented = [row[:5] for row in rows if row[0] in {method.title for method in METHODS.values()}]
    assert documented == [
        [method.title, method.measures, method.units, "yes" if method.signed else "no", str(method.passes)]
        for method in METHODS.values()
    ]
