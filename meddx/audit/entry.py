"""One entry of the audit log, and the line that holds it."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Literal, get_args

AuditEvent = Literal[
    "start", "stop", "sign-in", "sign-out", "view", "prediction", "evaluation", "export", "setting", "model-added",
    "model-removed", "audit-read", "record", "record-read", "record-erased", "pacs-search", "pacs-open", "pacs-send",
    "film-received", "film-read", "film-sent", "film-failed", "film-opened", "film-resent", "worklist-read",
    "recovered",
]  # fmt: skip
AUDIT_EVENTS: tuple[AuditEvent, ...] = get_args(AuditEvent)
"""film-...: of the DICOM node and its worklist. recovered: the writer of what stands before it was cut off, and its
detail is the SHA-256 of that remnant; or the head was missing (NO_HEAD)."""
NO_HEAD = "no head"
Outcome = Literal["success", "refused"]
NO_HASH = "0" * 64
"""What the first entry states as the hash of the line before it."""
_LONGEST = 1000
_TYPES = {"number": int}


@dataclass(frozen=True)
class AuditEntry:
    """What happened. No field holds patient data.

    number: from 1. time: UTC, ISO 8601. who: account, or user of the operating system for a command; "" where nobody is
    signed in. address: of the client, "" for a command. case: keyed hash of the image's file. subject: model, account,
    evaluation or kind of file. detail: in words, or the rule of a refusal. previous: SHA-256 of the line before, hex.
    """

    number: int
    time: str
    event: AuditEvent
    outcome: Outcome
    who: str
    address: str
    case: str
    subject: str
    detail: str
    previous: str


def line_of(entry: AuditEntry) -> bytes:
    """Return the entry as one line of JSON, without the line feed."""
    return json.dumps(asdict(entry)).encode()


def plain_text(text: str) -> str:
    """Return a text as an entry may hold it: 1000 characters at most, each one that can be printed."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:_LONGEST])


def entry_of(line: bytes) -> AuditEntry | None:
    """Return the entry that a line holds, None where it holds none."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    names = [field.name for field in fields(AuditEntry)]
    if not isinstance(values, dict) or list(values) != names:
        return None
    if not all(type(values[name]) is _TYPES.get(name, str) for name in names):
        return None
    if values["event"] not in AUDIT_EVENTS or values["outcome"] not in get_args(Outcome):
        return None
    return AuditEntry(**values)


def hash_of(line: bytes) -> str:
    """Return the SHA-256 of a line without its line feed, hex."""
    return hashlib.sha256(line).hexdigest()
