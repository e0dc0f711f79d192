"""The tables of the records. Bytes are encrypted (meddx.records.encryption); times are UTC, ISO 8601."""

from sqlalchemy import Float, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """What all tables are registered with."""


class CaseRow(Base):
    """One image file.

    image_hash: as the audit log knows the file. patient_hash: HMAC-SHA-256 of the patient id, hex, "" for a file that
    states none. image: the file's bytes, None where images are not kept. last_recorded: when anything was last added.
    """

    __tablename__ = "recorded_case"

    id: Mapped[int] = mapped_column(primary_key=True)
    image_hash: Mapped[str] = mapped_column(String(32), unique=True)
    patient_hash: Mapped[str] = mapped_column(String(64), index=True)
    file_name: Mapped[bytes] = mapped_column(LargeBinary)
    image: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    recorded: Mapped[str] = mapped_column(String(32))
    last_recorded: Mapped[str] = mapped_column(String(32), index=True)
    answers: Mapped[list["AnswerRow"]] = relationship(order_by="AnswerRow.id", passive_deletes=True)


class AnswerRow(Base):
    """What one card answered on one frame, zero-based. cautions: JSON list; they may state age and sex."""

    __tablename__ = "recorded_answer"
    __table_args__ = (UniqueConstraint("case_id", "frame", "model", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("recorded_case.id", ondelete="CASCADE"))
    frame: Mapped[int]
    model: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(40))
    fingerprint: Mapped[str] = mapped_column(String(64))
    calibrated: Mapped[bool]
    cautions: Mapped[bytes] = mapped_column(LargeBinary)
    recorded: Mapped[str] = mapped_column(String(32))
    findings: Mapped[list["LabelRow"]] = relationship(order_by="LabelRow.place", passive_deletes=True)
    opinions: Mapped[list["OpinionRow"]] = relationship(order_by="OpinionRow.id", passive_deletes=True)


class LabelRow(Base):
    """One label of an answer. place: in the card's order."""

    __tablename__ = "recorded_finding"

    answer_id: Mapped[int] = mapped_column(ForeignKey("recorded_answer.id", ondelete="CASCADE"), primary_key=True)
    label: Mapped[str] = mapped_column(String(200), primary_key=True)
    place: Mapped[int]
    probability: Mapped[float] = mapped_column(Float(53))
    threshold: Mapped[float | None] = mapped_column(Float(53))
    is_finding: Mapped[bool]
    in_prediction_set: Mapped[bool | None]


class OpinionRow(Base):
    """What a reader said of one label, never changed: an opinion that is changed or taken back is another row.

    token: made with the opinion, so that one that is sent twice is kept once.
    """

    __tablename__ = "recorded_opinion"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("recorded_answer.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(200))
    verdict: Mapped[str | None] = mapped_column(String(20))
    corrected: Mapped[str] = mapped_column(String(200))
    note: Mapped[bytes | None] = mapped_column(LargeBinary)
    who: Mapped[str] = mapped_column(String(200))
    recorded: Mapped[str] = mapped_column(String(32))


class SecretRow(Base):
    """A secret of the database itself, encrypted like all else."""

    __tablename__ = "records_secret"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
