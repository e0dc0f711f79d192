"""Show a model's recorded accuracy on its test set under blur, noise, contrast, brightness and JPEG compression."""

from html import escape

from meddx.evaluate.robustness import UNCORRUPTED, RobustnessRow
from pages.ui.common.html import data_table

STRENGTHS = ("very mild", "mild", "moderate", "strong", "very strong")


def robustness_table(rows: list[RobustnessRow]) -> str:
    """Return a table with a corruption in each row and a strength in each column: amount, accuracy, AUROC; HTML.

    rows: of robustness.csv, including the uncorrupted images.
    """
    clean = _uncorrupted(rows)
    table_rows = [
        (f"{name[:1].upper()}{name[1:]} ({steps[0].unit})", [_cell(row, clean) for row in steps])
        for name, steps in _by_corruption(rows).items()
    ]
    n_steps = max(len(cells) for _, cells in table_rows)
    head = ["", *(STRENGTHS if n_steps == len(STRENGTHS) else map(str, range(1, n_steps + 1)))]
    caption = (
        f"{clean.n:,} test images, corrupted at the model's input size: amount of corruption, accuracy with 95 % "
        "interval, AUROC over all labels"
    )
    return data_table("worse", caption, head, table_rows)


def robustness_sentences(rows: list[RobustnessRow]) -> str:
    """Return the accuracy without corruption, and the amount of each corruption from which it is clearly lower."""
    clean = _uncorrupted(rows)
    lower, unchanged = [], []
    for name, steps in _by_corruption(rows).items():
        first = next((row for row in steps if _is_lower(row, clean)), None)
        if first is None:
            unchanged.append(name)
        else:
            lower.append(f"{name} {first.amount:g}")
    sentences = [
        f"Accuracy without corruption: {clean.accuracy:.3f} ({clean.accuracy_low:.3f} to {clean.accuracy_high:.3f})."
    ]
    if lower:
        sentences.append(f"Clearly lower (orange; 95 % intervals do not overlap) from {', '.join(lower)}.")
    if unchanged:
        sentences.append(f"Not clearly lower at any strength: {', '.join(unchanged)}.")
    return " ".join(sentences)


def _uncorrupted(rows: list[RobustnessRow]) -> RobustnessRow:
    return next(row for row in rows if row.corruption == UNCORRUPTED)


def _by_corruption(rows: list[RobustnessRow]) -> dict[str, list[RobustnessRow]]:
    steps: dict[str, list[RobustnessRow]] = {}
    for row in rows:
        if row.corruption != UNCORRUPTED:
            steps.setdefault(row.corruption, []).append(row)
    return steps


def _is_lower(row: RobustnessRow, clean: RobustnessRow) -> bool:
    return row.accuracy_high < clean.accuracy_low


def _cell(row: RobustnessRow, clean: RobustnessRow) -> str:
    kind = ' class="falls"' if _is_lower(row, clean) else ""
    return (
        f"<div{kind}><span>{escape(f'{row.amount:g}')}</span><b>{row.accuracy:.3f}</b>"
        f"<span>{row.accuracy_low:.3f} to {row.accuracy_high:.3f}</span><span>AUROC {row.auroc:.3f}</span></div>"
    )
