"""The records: cases with what models answered on them and what readers said of it.

File name, image, cautions and notes are encrypted; images and patients are known by keyed hashes.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, Delete, Engine, delete, select
from sqlalchemy.orm import Session

from meddx.audit.record import keyed_hash
from meddx.errors import Refused
from meddx.records.database import Database
from meddx.records.encryption import RecordsCipher
from meddx.records.migration import migrate, require_current
from meddx.records.recorded import AnswerToRecord, CaseToRecord, OpinionToRecord, utc_text
from meddx.records.tables import AnswerRow, CaseRow, LabelRow, OpinionRow, SecretRow

Told = Callable[[str], None]
"""Writes the audit log's entry of what is about to be committed; where it raises, nothing is."""
_PATIENT_KEY = "patient-hash-key"
_LONGEST_ID = 128


class Records:
    """The records in one database. days: of retention. Every method raises Refused.

    clock: the present time; by default that of the computer.
    """

    def __init__(
        self,
        database: Database,
        cipher: RecordsCipher,
        *,
        days: float = 365.0,
        keeps_images: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.database, self.cipher = database, cipher
        self.days, self.keeps_images = days, keeps_images
        self._clock = clock

    @property
    def engine(self) -> Engine:
        """Return the database's engine."""
        return self.database.engine

    def initialise(self) -> tuple[str | None, str]:
        """Make the tables, or bring them up to this program, and return the revision before and after."""
        self.database.make_file()
        with self.database.connection() as connection:
            revisions = migrate(connection)
            with Session(connection) as session:
                if session.get(SecretRow, _PATIENT_KEY) is None:
                    session.add(SecretRow(name=_PATIENT_KEY, secret=self.cipher.encrypt(secrets.token_bytes(32))))
                session.flush()
                self._patient_key(session)  # a key that does not open them changes nothing
        return revisions

    def check(self) -> None:
        """Raise Refused unless the tables are those of this program and the keys open them."""
        with self.database.reading() as session:
            require_current(session.connection())
            self._patient_key(session)

    def add(
        self, case: CaseToRecord, answer: AnswerToRecord, opinions: Sequence[OpinionToRecord], told: Told
    ) -> datetime:
        """Record a case with an answer and opinions on it, what is there already once, and return when."""
        now = self._clock()
        time = utc_text(now)
        with self.database.writing() as session:
            row = self._case(session, case, time)
            answered = self._answer(session, row, answer, time)
            for one in opinions:
                if session.scalar(select(OpinionRow.id).where(OpinionRow.token == one.token)) is None:
                    session.add(self._opinion(answered.id, one))
                    session.flush()
            told("; ".join(f"opinion on {one.label}" for one in opinions) or "case")
        return now

    def erase_patient(self, patient_id: str, told: Told) -> int:
        """Remove every row of a patient in one transaction, and return how many."""
        if not patient_id.strip():
            raise Refused("records-patient", "The patient id is empty: give it as the image's header states it.")
        with self.database.writing() as session:
            return self._erase(session, CaseRow.patient_hash == self._patient_hash(session, patient_id), told)

    def erase_image(self, data: bytes, told: Told) -> int:
        """Remove every row of an image file, which may state no patient, and return how many."""
        with self.database.writing() as session:
            return self._erase(session, CaseRow.image_hash == _image_hash(data), told)

    def purge(self, told: Told) -> int:
        """Remove the cases to which nothing was added for the days of retention, and return how many rows."""
        ended = utc_text(self._clock() - timedelta(days=self.days)) if self.days < _FOREVER else ""
        with self.database.reading() as session:
            if session.scalar(select(CaseRow.id).where(CaseRow.last_recorded < ended).limit(1)) is None:
                return 0  # takes no turn among those who write
        with self.database.writing() as session:
            return self._erase(session, CaseRow.last_recorded < ended, told)

    def _erase(self, session: Session, which: ColumnElement[bool], told: Told) -> int:
        cases = select(CaseRow.id).where(which)
        answers = select(AnswerRow.id).where(AnswerRow.case_id.in_(cases))
        removed = sum(
            _count(session, one)
            for one in (
                delete(OpinionRow).where(OpinionRow.answer_id.in_(answers)),
                delete(LabelRow).where(LabelRow.answer_id.in_(answers)),
                delete(AnswerRow).where(AnswerRow.case_id.in_(cases)),
                delete(CaseRow).where(which),
            )
        )
        told(f"{removed} rows")
        return removed

    def _case(self, session: Session, case: CaseToRecord, time: str) -> CaseRow:
        hashed = _image_hash(case.data)
        row = session.scalar(select(CaseRow).where(CaseRow.image_hash == hashed))
        if row is None:
            row = CaseRow(
                image_hash=hashed,
                patient_hash=self._patient_hash(session, case.patient_id),
                file_name=self.cipher.encrypt(case.file_name.encode()),
                image=self.cipher.encrypt(case.data) if self.keeps_images else None,
                recorded=time,
            )
            session.add(row)
        row.last_recorded = time
        session.flush()
        return row

    def _answer(self, session: Session, case: CaseRow, answer: AnswerToRecord, time: str) -> AnswerRow:
        given = answer.prediction
        known = select(AnswerRow).where(
            AnswerRow.case_id == case.id,
            AnswerRow.frame == answer.frame,
            AnswerRow.model == given.model,
            AnswerRow.fingerprint == answer.fingerprint,
        )
        row = session.scalar(known)
        if row is not None:
            return row
        row = AnswerRow(
            case_id=case.id,
            frame=answer.frame,
            model=given.model,
            version=given.version,
            fingerprint=answer.fingerprint,
            calibrated=given.is_calibrated,
            cautions=self.cipher.encrypt(json.dumps(given.cautions).encode()),
            recorded=time,
        )
        session.add(row)
        session.flush()
        for place, (label, probability) in enumerate(given.probabilities.items()):
            session.add(
                LabelRow(
                    answer_id=row.id,
                    label=label,
                    place=place,
                    probability=float(probability),
                    threshold=answer.thresholds.get(label),
                    is_finding=label in given.findings,
                    in_prediction_set=None if given.prediction_set is None else label in given.prediction_set,
                )
            )
        session.flush()
        return row

    def _opinion(self, answer: int, given: OpinionToRecord) -> OpinionRow:
        note = given.opinion.note
        return OpinionRow(
            token=given.token,
            answer_id=answer,
            label=given.label,
            verdict=given.opinion.verdict,
            corrected=given.opinion.corrected,
            note=self.cipher.encrypt(note.encode()) if note else None,
            who=given.who,
            recorded=given.time,
        )

    def _patient_hash(self, session: Session, patient_id: str) -> str:
        """Return HMAC-SHA-256 of the id with a key of the database's own, hex; "" for no id.

        Ids are few enough to be tried: so the key is encrypted, and lies nowhere else. White space counts as in the
        facts that are read of a header (meddx.imaging.patient_facts).
        """
        name = " ".join(patient_id.split())[:_LONGEST_ID]
        return hmac.new(self._patient_key(session), name.encode(), hashlib.sha256).hexdigest() if name else ""

    def _patient_key(self, session: Session) -> bytes:
        row = session.get(SecretRow, _PATIENT_KEY)
        if row is None:
            raise Refused("records-schema", "The database of records was never made whole: run `meddx records init`.")
        return self.cipher.decrypt(row.secret)


_FOREVER = 365_000.0
"""Days, from which on nothing ends: datetime knows no year before the first."""


def _count(session: Session, statement: Delete) -> int:
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


def _image_hash(data: bytes) -> str:
    """Return the hash by which the audit log knows the file, too."""
    try:
        return keyed_hash(data)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise Refused(
            "records",
            f"The key beside the audit log cannot be read ({why}), by which images are known: have it mended.",
        ) from error
