"""Write docs/your-model-zoo.md from the rows of the zoo."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studies.your_model.zoo import Row

OUTPUT, GRAD_CAM = 1e-5, 1e-4
"""Largest differences that count as equal."""


def page(rows: Sequence["Row"], planned: int) -> str:
    """Return the page in Markdown. planned: how many files there are in all."""
    accepted = [row for row in rows if row.refused is None]
    same = [row for row in accepted if _is_same(row)]
    lines = [
        "# The model zoo",
        "",
        "Written by `python -m studies.your_model.zoo runs/zoo.jsonl --page`; do not edit. Every family of",
        "keras.applications at its smallest member, with random weights, as a layer of the classifier (nested) or",
        "built into it (flat), with five heads and in two formats, is prepared as adding a model does it. Batch",
        "normalisation has the statistics of 64 pictures of soft patches, so that activations are as large as those",
        "of a trained network. With statistics of noise they grew to a hundred times that in EfficientNetV2, where",
        "float32 rounds so much that our Grad-CAM and that of tf-keras-vis were each 0.0001 off one in float64.",
        "",
        f"{len(rows)} of {planned} files were imported: {len(accepted)} accepted, {len(rows) - len(accepted)} refused.",
        *(
            ["Of the others, and of families that the table lacks, nothing is known yet."]
            if len(rows) < planned
            else []
        ),
        f"Of those accepted, {len(same)} give the given network's probabilities within {OUTPUT:g} and the Grad-CAM of",
        f"tf-keras-vis within {GRAD_CAM:g} of the map's highest value, after being prepared, saved and loaded.",
        "",
        "| family | member | layout | files | accepted | largest difference of a probability | of a heat map |"
        " explained layer |",
        "|---|---|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.family, row.member, row.layout), []).append(row)
    for (family, member, layout), group in sorted(groups.items()):
        taken = [row for row in group if row.refused is None]
        output = max((row.output for row in taken if row.output is not None), default=None)
        grad_cam = max((row.grad_cam for row in taken if row.grad_cam is not None), default=None)
        layers = ", ".join(sorted({f"`{row.explained_layer}`" for row in taken}))
        lines.append(
            f"| {family} | {member} | {layout} | {len(group)} | {len(taken)} | {_shown(output)} | {_shown(grad_cam)} |"
            f" {layers} |"
        )
    others = [row for row in rows if row.refused is not None or not _is_same(row)]
    lines += ["", "## Refused, or not the same", ""]
    lines += [f"- {_name(row)}: {row.refused or 'differs'}" for row in others] or ["None."]
    return "\n".join(lines) + "\n"


def _is_same(row: "Row") -> bool:
    return row.output is not None and row.output <= OUTPUT and row.grad_cam is not None and row.grad_cam <= GRAD_CAM


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.1g}"


def _name(row: "Row") -> str:
    return f"{row.family} ({row.member}), {row.layout}, {row.head}, .{row.format}"
