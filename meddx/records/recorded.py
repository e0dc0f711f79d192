"""What is recorded, as plain data: what goes in, and what comes out again."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from meddx.types import Prediction, ReaderOpinion


@dataclass(frozen=True)
class CaseToRecord:
    """An image file. patient_id: as its header states it, "" where it states none."""

    data: bytes
    file_name: str
    patient_id: str = ""


@dataclass(frozen=True)
class AnswerToRecord:
    """A model's answer on one frame, zero-based. fingerprint: of its card. thresholds: by label, None for none."""

    prediction: Prediction
    fingerprint: str
    thresholds: Mapping[str, float | None]
    frame: int = 0


@dataclass(frozen=True)
class OpinionToRecord:
    """An opinion on one label. who: account, "" where there are none. token: tells it from every other."""

    label: str
    opinion: ReaderOpinion
    who: str
    time: str = field(default_factory=lambda: utc_text(datetime.now(UTC)))
    token: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(frozen=True)
class RecordedFinding:
    """One label of an answer. threshold, in_prediction_set: None where the card defines none."""

    label: str
    probability: float
    threshold: float | None
    is_finding: bool
    in_prediction_set: bool | None


@dataclass(frozen=True)
class RecordedOpinion:
    """An opinion as it was given. An empty one took back those before it."""

    label: str
    opinion: ReaderOpinion
    who: str
    time: str


@dataclass(frozen=True)
class RecordedAnswer:
    """An answer with the opinions on it, in the order in which they were given."""

    frame: int
    model: str
    version: str
    fingerprint: str
    calibrated: bool
    cautions: tuple[str, ...]
    time: str
    findings: tuple[RecordedFinding, ...]
    opinions: tuple[RecordedOpinion, ...]

    def standing(self) -> dict[tuple[str, str], RecordedOpinion]:
        """Return each reader's last opinion on each label, by label and reader; none that was taken back."""
        last = {(one.label, one.who): one for one in self.opinions}
        return {key: one for key, one in last.items() if one.opinion != ReaderOpinion()}


@dataclass(frozen=True)
class RecordedCase:
    """A case. image_hash: as in the audit log. has_image: whether the image itself is kept."""

    id: int
    image_hash: str
    file_name: str
    has_image: bool
    time: str
    last_time: str
    answers: tuple[RecordedAnswer, ...]


def utc_text(time: datetime) -> str:
    """Return a time as the records hold it: UTC, ISO 8601 with milliseconds, so that texts sort as times do."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")
