"""12-bit JPEG through GDCM."""

from types import SimpleNamespace

import numpy as np
import pydicom
import pytest
from pydicom import uid
from pydicom.data import get_testdata_file
from pydicom.encaps import generate_frames

from meddx.imaging import jpeg_extended


def runner(**changes):
    """What pydicom tells a decoder of the file JPEG-lossy.dcm."""
    facts = {
        "samples_per_pixel": 1, "bits_stored": 12, "bits_allocated": 16, "pixel_representation": 0,
        "rows": 1024, "columns": 256, "photometric_interpretation": "MONOCHROME2",
    }  # fmt: skip
    return SimpleNamespace(**facts | changes)


def test_only_jpeg_extended_is_offered():
    assert jpeg_extended.is_available(uid.JPEGExtended12Bit)
    assert not jpeg_extended.is_available(uid.JPEGBaseline8Bit)


@pytest.mark.parametrize(
    "changes", [{"samples_per_pixel": 3}, {"bits_stored": 8}, {"bits_stored": 13}, {"bits_allocated": 8}], ids=str
)
def test_what_is_not_grey_of_9_to_12_bits_is_left_to_others(changes):
    with pytest.raises(NotImplementedError):
        jpeg_extended._decode_frame(b"", runner(**changes))


def test_a_lossy_frame_is_close_to_the_lossless_one():
    lossy, lossless = (
        pydicom.dcmread(get_testdata_file(name, download=False)) for name in ("JPEG-lossy.dcm", "JPEG-LL.dcm")
    )
    assert lossy.file_meta.TransferSyntaxUID == uid.JPEGExtended12Bit
    codestream = next(generate_frames(lossy.PixelData, number_of_frames=1))
    decoded = jpeg_extended._decode_frame(codestream, runner(rows=lossy.Rows, columns=lossy.Columns))
    samples = np.frombuffer(decoded, "<u2").reshape(lossy.Rows, lossy.Columns).astype(int)
    assert samples.max() <= 4095
    assert np.abs(samples - lossless.pixel_array).max() <= 36
