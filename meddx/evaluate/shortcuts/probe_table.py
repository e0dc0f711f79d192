"""Read, write and judge the results of a shortcut probe, a table in the model's folder."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from meddx.errors import Refused
from meddx.whole_file import whole_file

SHORTCUTS_FILE = "shortcuts.csv"
"""The name of the file in a model folder."""
LOST_FROM = 0.8
"""In spreads, as PUSHED_FROM; docs/shortcuts.md says how both were chosen."""
PUSHED_FROM = 6.0


@dataclass(frozen=True)
class ShortcutRow:
    """The results of one intervention for one label, in spreads.

    A spread is the standard deviation of the label's log-odds over the images.
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
        """Return whether the answer depends on it.

        Much of the difference between images with and without the label is then lost.
        """
        return self.lost_low > LOST_FROM

    @property
    def overturns(self) -> bool:
        """Return whether a drawn marker moves the answer by more than PUSHED_FROM spreads.

        Images do not differ that much, whatever they show.
        """
        return self.kind == "insert" and max(self.pushed_low, -self.pushed_high) > PUSHED_FROM

    @property
    def accused(self) -> bool:
        """Return whether the answer depends on the intervention in either way."""
        return self.carries or self.overturns


def strongest(rows: Sequence[ShortcutRow]) -> list[ShortcutRow]:
    """Return for every intervention the row of the label for which most is lost.

    Accused rows come first, then by the lower limit of what is lost.
    """
    most: dict[tuple[str, str], ShortcutRow] = {}
    for row in rows:
        known = most.get((row.kind, row.what))
        if known is None or _weight(row) > _weight(known):
            most[row.kind, row.what] = row
    return sorted(most.values(), key=_weight, reverse=True)


def _weight(row: ShortcutRow) -> tuple[bool, float]:
    return row.accused, row.lost_low


def write_shortcuts(path: Path, rows: Sequence[ShortcutRow]) -> None:
    """Write the table as CSV, with the fields of ShortcutRow as columns.

    Measurements have four decimals.
    """
    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, [field.name for field in fields(ShortcutRow)], lineterminator="\n")
        table.writeheader()
        for row in rows:
            values = asdict(row).items()
            table.writerow({name: f"{value:.4f}" if isinstance(value, float) else value for name, value in values})


def read_shortcuts(path: Path) -> list[ShortcutRow]:
    """Read a table that write_shortcuts wrote.

    Raises Refused for a file of another shape.
    """
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
