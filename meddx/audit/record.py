"""Write entries of the audit log of this server, where there is one."""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from meddx.accounts.accounts import sign_in_needed
from meddx.audit.entry import AuditEvent, Outcome
from meddx.audit.log import AuditLog
from meddx.config import audit_asked_for, audit_file
from meddx.errors import Refused

_KEY_BYTES = 32


def audit_log() -> AuditLog | None:
    """Return the audit log; None where none is written.

    One is written where MEDDX_AUDIT names it or people sign in here, and from the first entry on for good.
    """
    path = audit_file()
    needed = audit_asked_for() or path.exists() or sign_in_needed()
    return AuditLog(path) if needed else None


def record(
    event: AuditEvent,
    outcome: Outcome = "success",
    *,
    who: str = "",
    address: str = "",
    data: bytes | None = None,
    sha256: str = "",
    subject: str = "",
    detail: str = "",
) -> None:
    """Append an entry, on the disk when this returns.

    data: of the image's file, of which a keyed hash is kept. sha256: of the file instead, hex.
    Raises Refused where it cannot be written: what cannot be recorded is not to be done.
    """
    log = audit_log()
    if log is None:
        return
    try:
        digest = bytes.fromhex(sha256) if data is None else hashlib.sha256(data).digest()
        case = _keyed(digest) if digest else ""
        log.append(event, outcome, who=who, address=address, case=case, subject=subject, detail=detail)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise Refused(
            "audit", f"The audit log cannot be written ({why}), so nothing is done that it must hold: have it mended."
        ) from error


def keyed_hash(data: bytes) -> str:
    """Return the hash by which the log knows an image's file: HMAC-SHA-256 of its SHA-256, 32 hex digits.

    Without the key, which lies beside the log, nobody can tell from it which file was seen. Raises OSError.
    """
    return _keyed(hashlib.sha256(data).digest())


def _keyed(digest: bytes) -> str:
    return hmac.new(_key(), digest, hashlib.sha256).hexdigest()[:32]


def _key() -> bytes:
    path = audit_file().with_name(f"{audit_file().name}.key")
    if not path.exists():
        _make_key(path)
    return path.read_bytes()


def _make_key(path: Path) -> None:
    """Write a new key whole, unless another process has just done so."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with open(partial, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file)
        with suppress(FileExistsError):
            path.hardlink_to(partial)
    finally:
        partial.unlink(missing_ok=True)
