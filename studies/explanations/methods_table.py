"""Print the table of methods of docs/explanations.md, from their registry.

    python -m studies.explanations.methods_table

Needs nothing but the repository; a second.
"""

from collections.abc import Iterator

from meddx.explain.methods import METHODS

HEADER = ("method", "name", "paper", "units", "signed", "passes", "its colours")


def lines() -> Iterator[str]:
    """Yield the table's lines, a row for each method in the order in which a reader is offered them."""
    yield f"| {' | '.join(HEADER)} |"
    yield "|---" * len(HEADER) + "|"
    for method in METHODS.values():
        signed = "yes" if method.signed else "no"
        cells = (
            method.title, f"`{method.name}`", method.paper, method.units, signed, str(method.passes), method.colours,
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print("\n".join(lines()))
