"""Records as a table: a row for each label of each answer."""

from collections.abc import Iterable, Iterator

from meddx.config import RESEARCH_USE
from meddx.export.data_tables import DataTable, Value
from meddx.export.spreadsheets import table_csv
from meddx.records.recorded import RecordedAnswer, RecordedCase, RecordedFinding, RecordedOpinion

RECORD_COLUMNS = (
    *("case", "image_hash", "recorded", "frame", "model", "version", "fingerprint", "calibrated"),
    *("label", "probability", "cut-off", "finding", "in_prediction_set"),
    *("opinion", "corrected_label", "reader", "given", "opinions_in_all", "remark"),
)
NAMING_COLUMNS = ("file", "note", "cautions")
"""Columns that may say whose image it is."""


def recorded_cases_csv(cases: Iterable[RecordedCase], *, with_names: bool) -> str:
    """Return the cases as CSV, in which no text is run as a formula.

    A label has a row for each reader's last opinion on it, and one where there is none. with_names: with file names,
    notes and cautions, which may say whose image it is.
    """
    columns = [*RECORD_COLUMNS, *(NAMING_COLUMNS if with_names else ())]
    rows = [row if with_names else row[: len(RECORD_COLUMNS)] for case in cases for row in _rows(case)]
    return table_csv(DataTable("records", columns, rows))


def _rows(case: RecordedCase) -> Iterator[list[Value]]:
    for answer in case.answers:
        standing = answer.standing()
        for finding in answer.findings:
            given = [one for (label, _), one in standing.items() if label == finding.label]
            if not given:
                yield _row(case, answer, finding, None)
            for opinion in given:
                yield _row(case, answer, finding, opinion)


def _row(
    case: RecordedCase, answer: RecordedAnswer, finding: RecordedFinding, given: RecordedOpinion | None
) -> list[Value]:
    said = sum(one.label == finding.label for one in answer.opinions)
    return [
        *(case.id, case.image_hash, case.time, answer.frame + 1, answer.model, answer.version, answer.fingerprint),
        *(answer.calibrated, finding.label, finding.probability, finding.threshold, finding.is_finding),
        finding.in_prediction_set,
        *((given.opinion.verdict, given.opinion.corrected or None) if given else (None, None)),
        *((given.who, given.time) if given else (None, None)),
        *(said, RESEARCH_USE, case.file_name),
        *((given.opinion.note if given else "") or None, " ".join(answer.cautions) or None),
    ]
