"""Show a model's recorded accuracy on its test set under blur, noise, contrast, brightness and JPEG compression."""

from html import escape

from meddx.evaluate.robustness import UNCORRUPTED, RobustnessRow
from pages.ui.common.html import data_table
from pages.ui.common.language.formatting import capital, decimal, listed, paragraph, span
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated

STRENGTHS = (N_("very mild"), N_("mild"), N_("moderate"), N_("strong"), N_("very strong"))


def robustness_table(rows: list[RobustnessRow]) -> str:
    """Return a table with a corruption in each row and a strength in each column: amount, accuracy, AUROC; HTML.

    rows: of robustness.csv, including the uncorrupted images.
    """
    clean = _uncorrupted(rows)
    table_rows = [
        (
            _("{corruption} ({unit})").format(corruption=capital(translated(name)), unit=translated(steps[0].unit)),
            [_cell(row, clean) for row in steps],
        )
        for name, steps in _by_corruption(rows).items()
    ]
    n_steps = max(len(cells) for _, cells in table_rows)
    head = ["", *(map(_, STRENGTHS) if n_steps == len(STRENGTHS) else map(str, range(1, n_steps + 1)))]
    caption = _(
        "{count} test images, corrupted at the model's input size: amount of corruption, accuracy with 95 % interval, "
        "AUROC over all labels"
    ).format(count=number(clean.n))
    return data_table("worse", caption, head, table_rows)


def robustness_sentences(rows: list[RobustnessRow]) -> str:
    """Return the accuracy without corruption, and the amount of each corruption from which it is clearly lower."""
    clean = _uncorrupted(rows)
    lower, unchanged = [], []
    for name, steps in _by_corruption(rows).items():
        first = next((row for row in steps if _is_lower(row, clean)), None)
        if first is None:
            unchanged.append(translated(name))
        else:
            lower.append(f"{translated(name)} {first.amount:g}")
    limits = span(clean.accuracy_low, clean.accuracy_high)
    sentences = [
        _("Accuracy without corruption: {accuracy} ({range}).").format(accuracy=decimal(clean.accuracy), range=limits)
    ]
    if lower:
        clearly = _("Clearly lower (orange; 95 % intervals do not overlap) from {amounts}.")
        sentences.append(clearly.format(amounts=listed(lower)))
    if unchanged:
        sentences.append(_("Not clearly lower at any strength: {corruptions}.").format(corruptions=listed(unchanged)))
    return paragraph(sentences)


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
        f"<div{kind}><span>{escape(f'{row.amount:g}')}</span><b>{decimal(row.accuracy)}</b>"
        f"<span>{span(row.accuracy_low, row.accuracy_high)}</span><span>AUROC {decimal(row.auroc)}</span></div>"
    )
