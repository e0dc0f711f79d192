"""Formats that are not read are refused by their names."""

from io import BytesIO

import PIL.Image
import pytest

from meddx.errors import Refused
from meddx.imaging.read_image import read_image


def saved(kind, mode="L", **options):
    file = BytesIO()
    PIL.Image.new(mode, (40, 30)).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "rule", "name"),
    [
        (saved("TIFF"), "tiff", "TIFF"),
        (saved("TIFF", "I;16"), "tiff", "TIFF"),
        (saved("TIFF", "L", big_tiff=True), "tiff", "TIFF"),
        (b"MM\0*" + bytes(100), "tiff", "TIFF"),
        (saved("BMP"), "bmp", "BMP"),
        (saved("BMP", "RGB"), "bmp", "BMP"),
        (saved("WEBP"), "webp", "WebP"),
        (saved("WEBP", "RGB", lossless=True), "webp", "WebP"),
        (saved("GIF"), "gif", "GIF"),
        (saved("AVIF", "RGB"), "heic", "AVIF"),
        (saved("PDF"), "pdf", "PDF"),
        (b"\x5c\x01\0\0" + bytes(340) + b"n+1\0" + bytes(100), "nifti", "NIfTI"),
        (b"BMW is a make of cars, and this is a text.", "not-an-image", "no DICOM"),
        (b"II* is no TIFF", "not-an-image", "no DICOM"),
    ],
)
def test_a_format_is_refused_by_its_name(data, rule, name):
    with pytest.raises(Refused, match=name) as refused:
        read_image(data)
    assert refused.value.rule == rule
    assert ":" in refused.value.reason, "and says what to do"
