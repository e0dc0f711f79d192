"""Image formats that are not read, known by their first bytes so that a refusal can name them."""

import re

_BEGINNINGS = {
    "tiff": rb"II\*\0|MM\0\*|II\+\0|MM\0\+",
    "bmp": rb"BM.{4}\0\0\0\0.{4}[\x0c-\x7c]\0\0\0",
    "webp": rb"RIFF.{4}WEBP",
    "gif": rb"GIF8[79]a",
    "heic": rb".{4}ftyp(?:hei|hev|mif1|msf1|avi)",
    "pdf": rb"%PDF-",
    "nifti": rb"\x5c\x01\0\0.{340}(?:n\+1|ni1)\0",
}
"""Rule of meddx.imaging.refusals -> how a file of the format begins.

Sources: TIFF 6.0 section 2 and BigTIFF; BITMAPFILEHEADER, whose reserved bytes are 0, with the size of the header after
it; RFC 9649; GIF89a; ISO/IEC 14496-12 4.3; ISO 32000-1 7.5.2; NIfTI-1.
"""
OTHER_FORMATS = frozenset(_BEGINNINGS)
"""The rules."""
_FORMATS = {rule: re.compile(beginning, re.DOTALL) for rule, beginning in _BEGINNINGS.items()}


def other_format(head: bytes) -> str | None:
    """Return the rule by which a file with these first 512 bytes is refused, None where its format is not known."""
    return next((rule for rule, beginning in _FORMATS.items() if beginning.match(head)), None)
