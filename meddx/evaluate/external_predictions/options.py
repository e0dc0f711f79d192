"""What the user says about a file of scores, where the file alone leaves it open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ScoreScale = Literal["probability", "percent", "logit", "score"]
"""probability: 0 to 1; percent: 0 to 100; logit: before softmax or sigmoid; score: any number, no probability."""
SCALES: tuple[ScoreScale, ...] = ("probability", "percent", "logit", "score")
ROLES = ("case", "patient", "label", "score")


@dataclass(frozen=True)
class Reading:
    """How to read a file; everything may be left out, and what is then ambiguous is refused with the option to type.

    names: a name in the file's truth or a reader's column -> label, where they differ; several may map to one.
    columns: one of ROLES -> the column that plays it. positive: labels of interest; of a file with one score, the
    names in its truth that the score is of. scale: None to tell by the numbers. exclusive: whether every case has
    exactly one of the labels; None to tell by truth and scores. decimal: "," or "." where numbers leave it open.
    sheet: of a workbook. thresholds: label -> score at or above which it is called; "" stands for the only label.
    skip_incomplete: leave out rows without a score or truth. number_rows: rows are the cases, no column names them.
    reverse: a low score speaks for the label.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    positive: tuple[str, ...] = ()
    scale: ScoreScale | None = None
    exclusive: bool | None = None
    decimal: str | None = None
    sheet: str | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    skip_incomplete: bool = False
    number_rows: bool = False
    reverse: bool = False
