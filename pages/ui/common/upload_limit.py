"""The largest upload, one limit for single files and for all that a session holds, said in one sentence."""

from meddx.config import max_upload_bytes
from pages.ui.common.language.language import _, number


def upload_limit_sentence() -> str:
    """Return the limit as a sentence."""
    return _("At most {limit} MB can be uploaded at a time.").format(limit=number(max_upload_mb()))


def max_upload_mb() -> int:
    """Return the limit in units of 1,048,576 bytes, which browsers call MB; at least 1."""
    return max(1, max_upload_bytes() >> 20)
