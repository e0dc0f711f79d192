"""The rules by which bytes are refused as an image, with one-sentence messages that hold nothing of the file."""

from meddx.config import max_pixels
from meddx.errors import Refused

REFUSAL_SENTENCES = {
    "empty": "The file is empty: send the image again.",
    "not-an-image": "The file is no DICOM, PNG or JPEG image: export the image in one of these formats.",
    "tiff": "This is a TIFF file, which is not read: save it as PNG, which keeps 8 and 16 bits without loss.",
    "bmp": "This is a BMP file, which is not read: save it as PNG, which keeps every value.",
    "webp": "This is a WebP file, which is not read: save it as PNG, or export the original image again.",
    "gif": "This is a GIF file, which is not read: export the original image, since GIF keeps 256 colours at most.",
    "heic": "This is an HEIC or AVIF file, which is not read: save it as JPEG or PNG.",
    "pdf": "This is a PDF document, which is not read: export the image itself as DICOM or PNG.",
    "nifti": "This is a NIfTI volume, which is not read: export the series as DICOM.",
    "truncated": "The file ends before its image does: copy or upload it again.",
    "no-pixels": "The DICOM object has no image in it (a report or a plan, or cut short): choose the image itself.",
    "media-directory": "This is the table of contents of a medium (DICOMDIR); the images are the files that it lists.",
    "cannot-be-decoded": "The file is damaged or breaks its own format: export it again, uncompressed if possible.",
}
"""Rules whose sentence is always the same."""

REFUSAL_RULES = frozenset(REFUSAL_SENTENCES) | {
    "too-many-pixels",
    "unsupported-transfer-syntax",
    "unsupported-image",
    "frame-out-of-range",
    "window",
}
"""Every rule that meddx.imaging refuses by."""


def refusal(rule: str) -> Refused:
    """Return the Refused error of a rule in REFUSAL_SENTENCES."""
    return Refused(rule, REFUSAL_SENTENCES[rule])


def refuse_too_many_pixels(rows: int, columns: int) -> None:
    """Raise Refused "too-many-pixels" when a frame has more than meddx.config.max_pixels() pixels.

    Call before decoding.
    """
    limit = max_pixels()
    if rows * columns > limit:
        raise Refused(
            "too-many-pixels",
            f"The image has {rows} x {columns} pixels and this server decodes at most {limit}: "
            "send a smaller image, or have MEDDX_MAX_PIXELS raised.",
        )
