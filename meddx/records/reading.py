"""Read the records: cases that pass a filter, one case, its image."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from meddx.errors import Refused
from meddx.records.recorded import RecordedAnswer, RecordedCase, RecordedFinding, RecordedOpinion
from meddx.records.store import Records
from meddx.records.tables import AnswerRow, CaseRow, OpinionRow
from meddx.types import OpinionVerdict, ReaderOpinion

_BATCH = 200
_MOST_ID = (1 << 31) - 1
"""Of PostgreSQL's INTEGER."""


@dataclass(frozen=True)
class RecordFilter:
    """What is asked for; None for all.

    since, until: days in UTC, both included: cases last added to on the first or later, begun on the last or earlier.
    model: an id. who: gave an opinion. opinion: a verdict that somebody gave, or "none" for cases without any opinion.
    """

    since: date | None = None
    until: date | None = None
    model: str | None = None
    who: str | None = None
    opinion: str | None = None

    def words(self) -> str:
        """Return what is asked for, for the audit log."""
        said = [f"{name} {value}" for name, value in vars(self).items() if value is not None]
        return ", ".join(said) or "all records"

    def applied(self, cases: Select[tuple[CaseRow]]) -> Select[tuple[CaseRow]]:
        """Return the query restricted to what is asked for."""
        answers = select(AnswerRow.case_id)
        opinions = answers.join(OpinionRow, OpinionRow.answer_id == AnswerRow.id)
        if self.since:
            cases = cases.where(CaseRow.last_recorded >= self.since.isoformat())
        if self.until and self.until < date.max:
            cases = cases.where(CaseRow.recorded < (self.until + timedelta(days=1)).isoformat())
        if self.model:
            cases = cases.where(CaseRow.id.in_(answers.where(AnswerRow.model == self.model)))
        if self.who:
            cases = cases.where(CaseRow.id.in_(opinions.where(OpinionRow.who == self.who)))
        if self.opinion == "none":
            cases = cases.where(CaseRow.id.not_in(opinions))
        elif self.opinion:
            cases = cases.where(CaseRow.id.in_(opinions.where(OpinionRow.verdict == self.opinion)))
        return cases


def recorded_cases(records: Records, asked: RecordFilter, most: int | None = None) -> Iterator[RecordedCase]:
    """Yield the cases that are asked for, those last added to first, at most so many. Raises Refused."""
    query = asked.applied(select(CaseRow)).order_by(CaseRow.last_recorded.desc(), CaseRow.id.desc()).limit(most)
    loading = (
        selectinload(CaseRow.answers).selectinload(AnswerRow.findings),
        selectinload(CaseRow.answers).selectinload(AnswerRow.opinions),
    )
    with records.database.reading() as session:
        ids = list(session.scalars(query.with_only_columns(CaseRow.id)))
        for at in range(0, len(ids), _BATCH):
            part = ids[at : at + _BATCH]
            found = session.scalars(select(CaseRow).where(CaseRow.id.in_(part)).options(*loading))
            rows = {row.id: row for row in found}
            held = set(session.scalars(select(CaseRow.id).where(CaseRow.id.in_(part), CaseRow.image.is_not(None))))
            yield from (_case(records, rows[id], id in held) for id in part if id in rows)
            session.expunge_all()


def recorded_count(records: Records, asked: RecordFilter) -> int:
    """Return how many cases are asked for. Raises Refused."""
    with records.database.reading() as session:
        return session.scalar(select(func.count()).select_from(asked.applied(select(CaseRow)).subquery())) or 0


def recorded_models(records: Records) -> list[str]:
    """Return the ids of the models whose answers are recorded. Raises Refused."""
    with records.database.reading() as session:
        return list(session.scalars(select(AnswerRow.model).distinct().order_by(AnswerRow.model)))


def recorded_readers(records: Records) -> list[str]:
    """Return who gave opinions that are recorded. Raises Refused."""
    with records.database.reading() as session:
        named = select(OpinionRow.who).where(OpinionRow.who != "").distinct().order_by(OpinionRow.who)
        return list(session.scalars(named))


def case_by_id(records: Records, id: int) -> RecordedCase:
    """Return one case. Raises Refused where there is none."""
    with records.database.reading() as session:
        row = _row(session, id)
        held = session.scalar(select(CaseRow.image.is_not(None)).where(CaseRow.id == id))
        return _case(records, row, bool(held))


def image_by_id(records: Records, id: int) -> bytes:
    """Return the bytes of a case's image file. Raises Refused where it is not kept."""
    with records.database.reading() as session:
        image = _row(session, id).image
    if image is None:
        raise Refused(
            "records-image",
            "The image of this case was not kept: add the film itself, or set MEDDX_RECORDS_IMAGES=on.",
        )
    return records.cipher.decrypt(image)


def _row(session: Session, id: int) -> CaseRow:
    row = session.get(CaseRow, id) if 0 < id <= _MOST_ID else None
    if row is None:
        raise Refused("no-record", f"There is no record {id}: choose one of those that `meddx records list` names.")
    return row


def _case(records: Records, row: CaseRow, has_image: bool) -> RecordedCase:
    return RecordedCase(
        id=row.id,
        image_hash=row.image_hash,
        file_name=records.cipher.decrypt(row.file_name).decode(),
        has_image=has_image,
        time=row.recorded,
        last_time=row.last_recorded,
        answers=tuple(_answer(records, one) for one in row.answers),
    )


def _answer(records: Records, row: AnswerRow) -> RecordedAnswer:
    return RecordedAnswer(
        frame=row.frame,
        model=row.model,
        version=row.version,
        fingerprint=row.fingerprint,
        calibrated=row.calibrated,
        cautions=tuple(json.loads(records.cipher.decrypt(row.cautions))),
        time=row.recorded,
        findings=tuple(
            RecordedFinding(one.label, one.probability, one.threshold, one.is_finding, one.in_prediction_set)
            for one in row.findings
        ),
        opinions=tuple(_opinion(records, one) for one in row.opinions),
    )


def _opinion(records: Records, row: OpinionRow) -> RecordedOpinion:
    note = records.cipher.decrypt(row.note).decode() if row.note is not None else ""
    opinion = ReaderOpinion(cast(OpinionVerdict | None, row.verdict), note, row.corrected)
    return RecordedOpinion(row.label, opinion, row.who, row.recorded)
