"""Print in how many of 20 sets of phantom records a field that gives the label away is found, and a clean one accused.

    python -m studies.record_and_note.planted_leaks

Needs nothing; a minute.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from meddx.evaluate.label_leaks import PATTERN, label_leaks
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.imaging.phantom.synthetic_record import draw_record
from meddx.model.record_fields import CategoryField, NumberField, RecordField, YesNoField

SETS, CASES = 20, 600
FIELDS: tuple[RecordField, ...] = (
    NumberField(kind="number", name="age", title="Age", unit="years", low=0, high=120),
    CategoryField(kind="category", name="sex", title="Sex", values=("F", "M")),
    YesNoField(kind="yes/no", name="smoker", title="Smoker"),
)

Plant = Callable[[np.random.Generator, dict[str, str], bool], None]
"""Changes a case's columns, knowing whether it is ill."""


def clean(random: np.random.Generator, row: dict[str, str], ill: bool) -> None:
    """Leave the record as it was drawn: its age tells something of the label, as ages do."""


def by_value(random: np.random.Generator, row: dict[str, str], ill: bool) -> None:
    """Let the field "smoker" say the label in 19 of 20 cases, as if it had been filled in afterwards."""
    row["smoker"] = "yes" if ill == (random.random() < 0.95) else "no"


def by_missing(random: np.random.Generator, row: dict[str, str], ill: bool) -> None:
    """Leave the field "smoker" empty in most of the healthy, as if only the ill had been asked."""
    if random.random() < (0.1 if ill else 0.7):
        row["smoker"] = ""


def drawn(seed: int, plant: Plant) -> LabelledSet:
    """Return a set of phantom records, two a synthetic patient, without images."""
    random, cases = np.random.default_rng([15, seed]), []
    for number in range(CASES):
        record = draw_record(random, bool(random.random() < 0.4))
        row = record.columns()
        plant(random, row, record.disease)
        cases.append(LabelledCase(str(number), Path("none"), f"p{number // 2}", (row["label"],), columns=row))
    return LabelledSet(("healthy", "disease"), tuple(cases))


def accused(images: LabelledSet) -> set[str]:
    """Return the fields, or the pattern of what is missing, that are warned of."""
    return {leak.name for leak in label_leaks(FIELDS, images) if leak.gives_away}


def main() -> None:
    """Print the table."""
    print(f"{SETS} sets of {CASES} cases each:\n\n| planted | found | anything else accused |\n|---|---|---|")
    planted: tuple[tuple[str, Plant, set[str]], ...] = (
        ("nothing", clean, set()),
        ("a field that says the label in 19 of 20 cases", by_value, {"smoker"}),
        ("a field that is missing in 70 % of the healthy and 10 % of the ill", by_missing, {PATTERN}),
    )
    for name, plant, expected in planted:
        found = [accused(drawn(seed, plant)) for seed in range(SETS)]
        hits = f"{sum(expected <= one for one in found)} of {SETS}" if expected else "-"
        print(f"| {name} | {hits} | {sum(bool(one - expected) for one in found)} of {SETS} |")


if __name__ == "__main__":
    main()
