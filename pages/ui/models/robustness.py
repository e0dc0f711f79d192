"""What worse images do to a model: its test set under blur, noise, contrast, brightness and JPEG, as measured
before.
"""

from html import escape

from meddx.evaluate.robustness import UNCORRUPTED, RobustnessRow
from pages.ui.common.html import data_table

STRENGTHS = ("mildest", "mild", "middling", "strong", "strongest")


def robustness_table(rows: list[RobustnessRow]) -> str:
    """One line a corruption, one column a strength: the amount, accuracy with its interval, AUROC; HTML.

    rows: of robustness.csv, the images as they are among them.
    """
    clean = _clean(rows)
    lines = [
        (f"{name[:1].upper()}{name[1:]} ({line[0].unit})", [_cell(row, clean) for row in line])
        for name, line in _by_corruption(rows).items()
    ]
    steps = max(len(cells) for _, cells in lines)
    head = ["", *(STRENGTHS if steps == len(STRENGTHS) else map(str, range(1, steps + 1)))]
    caption = f"{clean.n:,} test images, corrupted at the network's own size: amount, accuracy, AUROC over all labels"
    return data_table("worse", caption, head, lines)


def robustness_sentences(rows: list[RobustnessRow]) -> str:
    """From which amount on accuracy is lower by more than chance explains, for each corruption."""
    clean = _clean(rows)
    falls, holds = [], []
    for name, line in _by_corruption(rows).items():
        first = next((row for row in line if _falls(row, clean)), None)
        if first is None:
            holds.append(name)
        else:
            falls.append(f"{name} {first.amount:g}")
    said = f"Uncorrupted, accuracy is {clean.accuracy:.3f} ({clean.accuracy_low:.3f} to {clean.accuracy_high:.3f})."
    if falls:
        said += f" It falls clearly, its interval wholly below that one (orange), from {', '.join(falls)}."
    if holds:
        said += f" No clear fall at any strength tried: {', '.join(holds)}."
    return said


def _clean(rows: list[RobustnessRow]) -> RobustnessRow:
    return next(row for row in rows if row.corruption == UNCORRUPTED)


def _by_corruption(rows: list[RobustnessRow]) -> dict[str, list[RobustnessRow]]:
    lines: dict[str, list[RobustnessRow]] = {}
    for row in rows:
        if row.corruption != UNCORRUPTED:
            lines.setdefault(row.corruption, []).append(row)
    return lines


def _falls(row: RobustnessRow, clean: RobustnessRow) -> bool:
    return row.accuracy_high < clean.accuracy_low


def _cell(row: RobustnessRow, clean: RobustnessRow) -> str:
    kind = ' class="falls"' if _falls(row, clean) else ""
    return (
        f"<div{kind}><span>{escape(f'{row.amount:g}')}</span><b>{row.accuracy:.3f}</b>"
        f"<span>{row.accuracy_low:.3f} to {row.accuracy_high:.3f}</span><span>AUROC {row.auroc:.3f}</span></div>"
    )
