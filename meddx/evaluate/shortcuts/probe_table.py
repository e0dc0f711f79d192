"""What a probe for shortcuts found: a table in the model's folder, and the verdict on each line of it."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from meddx.errors import Refused

SHORTCUTS_FILE = "shortcuts.csv"
"""Its name in a model folder."""
LOST_FROM = 0.8
"""Spreads; see docs/shortcuts.md for how both were settled."""
PUSHED_FROM = 6.0


@dataclass(frozen=True)
class ShortcutRow:
    """One intervention and one label. All in spreads: standard deviations of the label's log-odds over the images.

    lost: by how much the images with the label and those without come closer (difference of their mean log-odds) with
    the intervention than with its control: above 0 where it takes away what tells them apart. pushed: by how much the
    mean image moves farther up (or, below 0, down) than with the control. low and high: 95 % intervals, for all rows of
    the table together. n: images.
    """

    kind: str
    what: str
    label: str
    lost: float
    lost_low: float
    lost_high: float
    pushed: float
    pushed_low: float
    pushed_high: float
    n: int

    @property
    def carries(self) -> bool:
        """Whether the answer rides on it: much of what tells the images of the label from others goes with it."""
        return self.lost_low > LOST_FROM

    @property
    def overturns(self) -> bool:
        """Whether a drawn marker moves the answer farther than images ever differ, whatever they show."""
        return self.kind == "insert" and max(self.pushed_low, -self.pushed_high) > PUSHED_FROM

    @property
    def accused(self) -> bool:
        """Whether the answer follows what it should not."""
        return self.carries or self.overturns


def strongest(rows: Sequence[ShortcutRow]) -> list[ShortcutRow]:
    """Of every intervention the label that it takes most from, accused ones first, then by how much is lost."""
    most: dict[tuple[str, str], ShortcutRow] = {}
    for row in rows:
        known = most.get((row.kind, row.what))
        if known is None or _weight(row) > _weight(known):
            most[row.kind, row.what] = row
    return sorted(most.values(), key=_weight, reverse=True)


def _weight(row: ShortcutRow) -> tuple[bool, float]:
    return row.accused, row.lost_low


def write_shortcuts(path: Path, rows: Sequence[ShortcutRow]) -> None:
    """One line a row, with the fields of Row as columns; measurements with four decimals."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, [field.name for field in fields(ShortcutRow)], lineterminator="\n")
        table.writeheader()
        for row in rows:
            values = asdict(row).items()
            table.writerow({name: f"{value:.4f}" if isinstance(value, float) else value for name, value in values})


def read_shortcuts(path: Path) -> list[ShortcutRow]:
    """Rows as write_shortcuts left them. Raises Refused for a file of another shape."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [
                ShortcutRow(
                    kind=row["kind"],
                    what=row["what"],
                    label=row["label"],
                    lost=float(row["lost"]),
                    lost_low=float(row["lost_low"]),
                    lost_high=float(row["lost_high"]),
                    pushed=float(row["pushed"]),
                    pushed_low=float(row["pushed_low"]),
                    pushed_high=float(row["pushed_high"]),
                    n=int(row["n"]),
                )
                for row in csv.DictReader(file)
            ]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise Refused("not-shortcuts", f"{path} is no table of `meddx shortcuts`; run the command again.") from error
    if not rows:
        raise Refused("not-shortcuts", f"{path} has no rows; run `meddx shortcuts` again.")
    return rows
