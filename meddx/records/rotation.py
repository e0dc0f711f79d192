"""Encrypt the records anew with the first of the keys, so that the others are needed no more."""

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from meddx.records.store import Records
from meddx.records.tables import AnswerRow, CaseRow, OpinionRow, SecretRow

_BATCH = 8
"""Rows, whose images are in memory together."""
_ENCRYPTED: tuple[tuple[InstrumentedAttribute[int] | InstrumentedAttribute[str], tuple[str, ...]], ...] = (
    (SecretRow.name, ("secret",)),
    (CaseRow.id, ("file_name", "image")),
    (AnswerRow.id, ("cautions",)),
    (OpinionRow.id, ("note",)),
)
"""Primary key of each table, and its columns that are encrypted."""


def rotate(records: Records) -> int:
    """Encrypt with the first key whatever is not, and return how many values were.

    In pieces, each committed: what is cut off is taken up by the next call. Raises Refused where a value opens with
    none of the keys.
    """
    changed = 0
    for key, columns in _ENCRYPTED:
        with records.database.reading() as session:
            ids = list(session.scalars(select(key).order_by(key)))
        for at in range(0, len(ids), _BATCH):
            with records.database.writing() as session:
                rows = session.scalars(select(key.class_).where(key.in_(ids[at : at + _BATCH])))
                for row in rows:
                    for column in columns:
                        changed += _rotate(records, row, column)
    return changed


def _rotate(records: Records, row: object, column: str) -> bool:
    token: bytes | None = getattr(row, column)
    if token is None or records.cipher.is_current(token):
        return False
    setattr(row, column, records.cipher.encrypt(records.cipher.decrypt(token)))
    return True
