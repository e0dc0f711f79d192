"""Define the user's options for reading a file of scores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ScoreScale = Literal["probability", "percent", "logit", "score"]
"""probability: 0 to 1; percent: 0 to 100; logit: before softmax or sigmoid; score: any number, no probability."""
SCALES: tuple[ScoreScale, ...] = ("probability", "percent", "logit", "score")
ROLES = ("case", "patient", "label", "score")


@dataclass(frozen=True)
class Reading:
    """The options for reading a file of scores.

    All are optional; what is then ambiguous is refused, naming the option to type. names: a name in the file's truth or
    a reader's column -> label, where they differ; several may map to one. columns: one of ROLES -> its column.
    positive: labels of interest; for a file with one score, the names in its truth that the score is of. scale: None to
    infer it from the numbers. exclusive: whether every case has exactly one of the labels; None to infer it from truth
    and scores. decimal: "," or "." where numbers are ambiguous. sheet: of a workbook. thresholds: label -> score at or
    above which it is called; "" stands for the only label. skip_incomplete: leave out rows without a score or truth.
    number_rows: rows are the cases, no column names them. reverse: low scores indicate the label.
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
