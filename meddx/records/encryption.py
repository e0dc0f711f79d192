"""Encryption of what the records hold: Fernet (AES-128-CBC with HMAC-SHA-256), with keys that can be replaced."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from meddx.errors import Refused


class RecordsCipher:
    """A cipher of several keys: the first encrypts, every one decrypts. Raises Refused for keys of another form."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise Refused(
                "records-key",
                "Records are on without a key to encrypt them with: make one with `meddx records new-key`, and set "
                "MEDDX_RECORDS_KEY or MEDDX_RECORDS_KEY_FILE.",
            )
        try:
            fernets = [Fernet(key) for key in keys]
        except ValueError:
            raise Refused(
                "records-key",
                "A key of the records is not 32 bytes in URL-safe base64: use one that `meddx records new-key` prints.",
            ) from None
        self._first, self._all = fernets[0], MultiFernet(fernets)

    def encrypt(self, data: bytes) -> bytes:
        """Return the bytes encrypted with the first key."""
        return self._all.encrypt(data)

    def decrypt(self, token: bytes) -> bytes:
        """Return what was encrypted with one of the keys. Raises Refused where it was not, or was changed."""
        try:
            return self._all.decrypt(token)
        except InvalidToken:
            raise Refused(
                "records-key",
                "None of the keys given opens these records: give the key that they were written with, after the "
                "new one.",
            ) from None

    def is_current(self, token: bytes) -> bool:
        """Return whether it was encrypted with the first key."""
        try:
            self._first.decrypt(token)
        except InvalidToken:
            return False
        return True


def new_key() -> str:
    """Return a new random key."""
    return Fernet.generate_key().decode()
