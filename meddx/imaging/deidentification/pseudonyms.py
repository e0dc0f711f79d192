"""What takes the place of identifiers: keyed, so that equal ones stay equal and none can be guessed from a list.

Every pseudonym is an HMAC-SHA-256 (RFC 2104) of the original. Who has the key can tell whether a guess is right, so it
is as confidential as the images.
"""

import hmac
import secrets
from pathlib import Path
from uuid import UUID

from pydicom.uid import UID

from meddx.errors import Refused
from meddx.whole_file import whole_file

KEY_BYTES = 32
LONGEST_SHIFT = 3650
"""Days; a shift is at least one day, and always into the past."""


class Pseudonyms:
    """Maps identifiers to pseudonyms under one secret key."""

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise Refused(
                "weak-key", f"The key has {len(key)} bytes and needs at least {KEY_BYTES}; name another file."
            )
        self._key = key

    def uid(self, uid: str) -> UID:
        """Return the UID itself where the standard registers it (a SOP class, a transfer syntax), else a UUID's.

        That has the root 2.25 (PS3.5 B.2).
        """
        if UID(uid).type:
            return UID(uid)
        return UID(f"2.25.{UUID(bytes=self._digest('uid', uid)[:16], version=4).int}")

    def patient(self, patient: str) -> str:
        """Return the pseudonym of a patient: 16 characters, valid as Patient ID and as Patient's Name."""
        return self._digest("patient", patient).hex()[:16].upper()

    def days(self, patient: str) -> int:
        """Return the number of days, 1 to LONGEST_SHIFT, by which every date of the patient is moved into the past."""
        return int.from_bytes(self._digest("days", patient)[:8]) % LONGEST_SHIFT + 1

    def name(self, name: str) -> str:
        """Return the pseudonym of a file or folder name: 20 characters."""
        return self._digest("name", name).hex()[:20]

    def _digest(self, purpose: str, original: str) -> bytes:
        message = f"{purpose}\0{original}".encode("utf-8", "surrogateescape")
        return hmac.digest(self._key, message, "sha256")


def random_key() -> bytes:
    """Return a new key."""
    return secrets.token_bytes(KEY_BYTES)


def key_from_file(path: Path) -> bytes:
    """Return the key in a file, which is made where there is none, for its owner alone.

    Raises Refused.
    """
    try:
        if path.exists():
            return path.read_bytes()
        key = random_key()
        with whole_file(path, private=True) as file:  # half a key would be taken for one the next time
            file.write_bytes(key)
        return key
    except OSError as error:
        raise Refused(
            "unreadable-key", f"The key file cannot be read or made ({type(error).__name__}); check its path."
        ) from None
