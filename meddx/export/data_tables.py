"""Lay an evaluation or a comparison out as plain tables, for workbooks and CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meddx import __version__
from meddx.config import RESEARCH_USE
from meddx.evaluate.cautions import MANY_LOOKS
from meddx.evaluate.estimates import Estimate, case_counts
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.difference_rows import DIFFERENCE_COLUMNS, difference_row
from meddx.export.evaluation_facts import EvaluationFacts

Value = str | float | int | bool | None
METRIC_COLUMNS = (
    "label", "metric", "value", "low", "high", "interval", "n", "positives", "reliable", "reason", "threshold",
    "threshold_chosen_on_these_cases",
)  # fmt: skip
MACRO, MICRO = "all labels, macro", "all labels, micro"


@dataclass(frozen=True)
class DataTable:
    """Hold a table of plain values. name: of its sheet, at most 31 characters; undefined values are NaN or None."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]


def evaluation_tables(evaluation: EvaluationFacts) -> list[DataTable]:
    """Return every table of an evaluation; the first says what the numbers are of."""
    tables = [
        _about(evaluation),
        metrics_table(evaluation),
        _counts(evaluation),
        _answers(evaluation),
        _calibration_bins(evaluation),
        _smooth_curves(evaluation),
        _decision_curves(evaluation),
        _set_sizes(evaluation),
        DataTable(
            "Skipped cases",
            ("case", "rule", "reason"),
            [(case, why.rule, why.reason) for case, why in evaluation.refused.items()],
        ),
    ]
    return [tables[0], *(table for table in tables[1:] if table.rows)]


def metrics_table(evaluation: EvaluationFacts) -> DataTable:
    """Return every number that has an interval, one a row of METRIC_COLUMNS."""
    return DataTable("Metrics", METRIC_COLUMNS, list(_metrics(evaluation)))


def difference_tables(differences: Sequence[PairedDifference]) -> list[DataTable]:
    """Return the differences of a comparison, one a row, and what to bear in mind about them."""
    rows = [list(difference_row(one).values()) for one in differences]
    notes = [("Multiplicity", MANY_LOOKS), ("Note", RESEARCH_USE), ("meddx", __version__)]
    return [DataTable("Differences", DIFFERENCE_COLUMNS, rows), DataTable("About", ("name", "value"), notes)]


def _about(evaluation: EvaluationFacts) -> DataTable:
    of = evaluation.assessment
    rows: list[tuple[str, Value]] = [
        ("System", evaluation.title),
        ("Cases", evaluation.cases),
        ("n", of.n),
        ("Patients", of.patients),
        ("Skipped", len(evaluation.refused)),
        *([("Similarity", evaluation.similarity)] if evaluation.similarity else []),
        ("Thresholds from", evaluation.threshold_origin),
        ("Predicted positive", f"at the threshold {evaluation.called_at}"),
        *(("Caution", caution) for caution in evaluation.cautions),
        ("Multiplicity", MANY_LOOKS),
        *evaluation.description.items(),
        ("Note", RESEARCH_USE),
        ("meddx", __version__),
    ]
    return DataTable("About", ("name", "value"), rows)


def _metrics(evaluation: EvaluationFacts) -> Iterator[Sequence[Value]]:
    of = evaluation.assessment
    for name, estimates in ((MACRO, of.overall), (MICRO, of.micro)):
        for metric, one in estimates.items():
            yield _metric(name, metric, one)
    for label, threshold in zip(of.labels, map(evaluation.in_file_scale, of.thresholds), strict=True):
        moved = label in evaluation.moved
        for metric, one in of.per_label[label].items():
            yield _metric(label, metric, one, threshold, moved)
        details = evaluation.details[label]
        for index, one in details.indices.items():
            yield _metric(label, index, one)
        counts = case_counts(evaluation.predictions.targets[:, of.labels.index(label)], evaluation.predictions)
        for point, kept, reached in (
            (details.at_specificity, "specificity", "sensitivity"),
            (details.at_sensitivity, "sensitivity", "specificity"),
        ):
            if point is not None:
                name = f"{reached} at {kept} {point.asked:g}"
                yield _metric(
                    label, name, counts.number(point.reached), evaluation.in_file_scale(point.threshold), True
                )
    if evaluation.sets is not None:
        for label, one in evaluation.sets.coverage.items():
            yield _metric(label, "prediction-set coverage", one)


def _metric(label: str, name: str, of: Estimate, threshold: float | None = None, moved: bool = False) -> list[Value]:
    numbers: list[Value] = [of.value, of.low, of.high, of.method, of.n, of.positives, of.reliable, of.reason]
    return [label, name, *numbers, threshold, moved if threshold is not None else None]


def _counts(evaluation: EvaluationFacts) -> DataTable:
    of = evaluation.assessment
    columns = ("label", "threshold", "true positive", "false negative", "false positive", "true negative")
    rows: list[Sequence[Value]] = [
        (label, evaluation.in_file_scale(threshold), *(int(count) for count in of.cells[label].ravel()))
        for label, threshold in zip(of.labels, of.thresholds, strict=True)
        if threshold == threshold  # noqa: PLR0124  (no counts without a threshold)
    ]
    return DataTable("Counts at the threshold", columns, rows)


def _answers(evaluation: EvaluationFacts) -> DataTable:
    of = evaluation.assessment
    counts = [] if of.confusion is None else of.confusion.tolist()
    rows = [[label, *row] for label, row in zip(of.labels, counts, strict=False)]
    return DataTable("Confusion matrix", ("true label (most probable →)", *of.labels), rows)


def _calibration_bins(evaluation: EvaluationFacts) -> DataTable:
    rows: list[Sequence[Value]] = []
    for label, details in evaluation.details.items():
        if (bins := details.bins) is not None:
            arrays = (
                bins.low,
                bins.high,
                bins.confidence,
                bins.observed,
                bins.observed_low,
                bins.observed_high,
                bins.n,
            )
            rows += [(label, *row) for row in zip(*(array.tolist() for array in arrays), strict=True)]
    columns = ("label", "lowest", "highest", "predicted", "observed", "low", "high", "n")
    return DataTable("Calibration, bins", columns, rows)


def _smooth_curves(evaluation: EvaluationFacts) -> DataTable:
    rows: list[Sequence[Value]] = []
    for label, details in evaluation.details.items():
        if (curve := details.smooth) is not None:
            arrays = (curve.probability, curve.observed, curve.low, curve.high)
            rows += [(label, *row) for row in zip(*(array.tolist() for array in arrays), strict=True)]
    return DataTable("Calibration, smooth curve", ("label", "predicted", "observed", "low", "high"), rows)


def _decision_curves(evaluation: EvaluationFacts) -> DataTable:
    rows: list[Sequence[Value]] = []
    for label, details in evaluation.details.items():
        if (curve := details.decision) is not None:
            arrays = (curve.thresholds, curve.model, curve.low, curve.high, curve.treat_all)
            rows += [(label, *row) for row in zip(*(array.tolist() for array in arrays), strict=True)]
    columns = ("label", "threshold probability", "net benefit", "low", "high", "treat all")
    return DataTable("Decision curve", columns, rows)


def _set_sizes(evaluation: EvaluationFacts) -> DataTable:
    sets = evaluation.sets
    rows = [] if sets is None else [(size, int(count)) for size, count in enumerate(sets.sizes)]
    return DataTable("Prediction-set size", ("labels in the set", "cases"), rows)
