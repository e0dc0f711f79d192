"""Files of other people's scanners and toolkits: pydicom's own, the pydicom-data package and cornerstone's CT slice."""

from pathlib import Path

import data_store
import numpy as np
import pydicom
import pydicom.data
import pytest
from pydicom.pixels import apply_modality_lut, apply_voi_lut

from meddx.config import data_dir
from meddx.errors import Refused
from meddx.imaging.drawable_image import to_drawable
from meddx.imaging.read_image import read_image
from meddx.imaging.refusals import REFUSAL_RULES
from meddx.imaging.windowing import display

FOLDERS = [Path(pydicom.data.__file__).parent, Path(data_store.__file__).parent]
FILES = {path.name: path for folder in FOLDERS for path in sorted(folder.rglob("*")) if path.is_file()}

SIBLINGS = [
    ("MR_small_RLE.dcm", "MR_small.dcm", 0),
    ("MR_small_bigendian.dcm", "MR_small.dcm", 0),
    ("MR_small_implicit.dcm", "MR_small.dcm", 0),
    ("MR_small_jp2klossless.dcm", "MR_small.dcm", 0),
    ("MR_small_jpeg_ls_lossless.dcm", "MR_small.dcm", 0),
    ("MR_small_padded.dcm", "MR_small.dcm", 0),
    ("693_J2KR.dcm", "693_UNCR.dcm", 0),
    ("693_J2KI.dcm", "693_UNCI.dcm", 0),
    ("MR2_J2KR.dcm", "MR2_UNCR.dcm", 0),
    ("MR2_J2KI.dcm", "MR2_UNCI.dcm", 0),
    ("RG1_J2KI.dcm", "RG1_UNCI.dcm", 0),
    ("RG3_J2KR.dcm", "RG3_UNCR.dcm", 0),
    ("US1_J2KR.dcm", "US1_UNCR.dcm", 0),
    ("US1_J2KI.dcm", "US1_UNCI.dcm", 0),
    ("JPEG2000.dcm", "JPEG2000_UNC.dcm", 0),
    ("JPEG-lossy.dcm", "JPEG-LL.dcm", 36),  # lossy beside lossless
    ("OBXXXX1A_rle.dcm", "OBXXXX1A.dcm", 0),
    ("OBXXXX1A_expb.dcm", "OBXXXX1A.dcm", 0),
    ("SC_rgb_rle.dcm", "SC_rgb.dcm", 0),
    ("SC_rgb_16bit.dcm", "SC_rgb.dcm", 0),
    ("SC_rgb_32bit.dcm", "SC_rgb.dcm", 0),
    ("SC_rgb_rle_32bit.dcm", "SC_rgb.dcm", 0),
    ("SC_rgb_expb_16bit.dcm", "SC_rgb.dcm", 0),
    ("SC_rgb_jpeg_gdcm.dcm", "SC_rgb.dcm", 0),
    ("SC_rgb_jls_lossy_line.dcm", "SC_rgb.dcm", 2),
    ("SC_rgb_jls_lossy_sample.dcm", "SC_rgb.dcm", 2),
    ("SC_rgb_gdcm_KY.dcm", "SC_rgb_gdcm2k_uncompressed.dcm", 0),
    ("SC_rgb_dcmtk_+eb+cr.dcm", "SC_rgb_dcmtk_ebcr_dcmd.dcm", 0),
    ("SC_rgb_dcmtk_+eb+cy+n1.dcm", "SC_rgb_dcmtk_ebcyn1_dcmd.dcm", 0),
    ("SC_rgb_dcmtk_+eb+cy+n2.dcm", "SC_rgb_dcmtk_ebcyn2_dcmd.dcm", 0),
    ("SC_rgb_dcmtk_+eb+cy+np.dcm", "SC_rgb_dcmtk_ebcynp_dcmd.dcm", 0),
    ("SC_rgb_dcmtk_+eb+cy+s2.dcm", "SC_rgb_dcmtk_ebcys2_dcmd.dcm", 0),
    ("SC_rgb_dcmtk_+eb+cy+s4.dcm", "SC_rgb_dcmtk_ebcys4_dcmd.dcm", 0),
    ("SC_jpeg_no_color_transform.dcm", "SC_rgb_jpeg_dcmd.dcm", 0),
    ("SC_ybr_full_422_uncompressed.dcm", "SC_ybr_full_uncompressed.dcm", 0),
    ("SC_rgb_small_odd_big_endian.dcm", "SC_rgb_small_odd.dcm", 0),
    ("color-pl.dcm", "color-px.dcm", 0),
    ("gdcm-US-ALOKA-16_big.dcm", "gdcm-US-ALOKA-16.dcm", 0),
    ("liver_expb.dcm", "liver.dcm", 0),
    ("emri_small_RLE.dcm", "emri_small.dcm", 0),
    ("emri_small_big_endian.dcm", "emri_small.dcm", 0),
    ("emri_small_jpeg_2k_lossless.dcm", "emri_small.dcm", 0),
    ("emri_small_jpeg_ls_lossless.dcm", "emri_small.dcm", 0),
    ("rtdose_rle.dcm", "rtdose.dcm", 0),
    ("rtdose_expb.dcm", "rtdose.dcm", 0),
]
"""(file, a file of the same image stored otherwise, largest difference)."""

AGAINST_PYDICOM = [
    "CT_small.dcm",
    "MR_small.dcm",
    "693_UNCR.dcm",
    "RG3_UNCR.dcm",
    "MR2_UNCR.dcm",
    "mlut_18.dcm",
    "vlut_04.dcm",
    "JPGLosslessP14SV1_1s_1f_8b.dcm",
    "J2K_pixelrep_mismatch.dcm",
    "image_dfl.dcm",
    "explicit_VR-UN.dcm",
    "MR-SIEMENS-DICOM-WithOverlays.dcm",
    "examples_overlay.dcm",
    "chrArab.dcm",
]
"""Grey files of one frame, for which pydicom's own functions are the reference."""


def test_the_packages_bring_their_files():
    assert len(FILES) > 250


@pytest.mark.parametrize("name", sorted(FILES))
def test_read_or_refused(name):
    image, rule = None, None
    try:
        image = read_image(FILES[name].read_bytes())
    except Refused as refusal:
        rule = refusal.rule
    if image is None:
        assert rule in REFUSAL_RULES
        return
    shown = display(image)
    assert shown.shape == image.values.shape
    assert 0 <= shown.min() <= shown.max() <= 1
    assert image.is_colour or image.value_range[0] <= image.values.min() <= image.values.max() <= image.value_range[1]
    assert to_drawable(image).rows == image.values.shape[0]


@pytest.mark.parametrize(("name", "sibling", "apart"), SIBLINGS)
def test_the_same_image_stored_otherwise(name, sibling, apart):
    image, reference = read_image(FILES[name].read_bytes()), read_image(FILES[sibling].read_bytes())
    assert np.abs(image.values.astype(float) - reference.values).max() <= apart
    last = image.frames - 1
    assert last == reference.frames - 1
    image, reference = read_image(FILES[name].read_bytes(), last), read_image(FILES[sibling].read_bytes(), last)
    assert np.abs(image.values.astype(float) - reference.values).max() <= apart


@pytest.mark.filterwarnings("ignore:::pydicom")
@pytest.mark.parametrize("name", AGAINST_PYDICOM)
def test_values_and_window_agree_with_pydicom(name):
    data = FILES[name].read_bytes()
    elements = pydicom.dcmread(FILES[name], force=True)
    stored = elements.pixel_array
    image = read_image(data)
    modality = apply_modality_lut(stored, elements)
    np.testing.assert_allclose(image.values, modality, rtol=1e-6)
    if "VOILUTSequence" in elements or "WindowCenter" in elements:
        shown = apply_voi_lut(stored if "VOILUTSequence" in elements else modality, elements).astype(float)
        # pydicom scales to the range of the stored bits, or of the table's entries.
        if "VOILUTSequence" in elements:
            low, high = 0, 2 ** elements.VOILUTSequence[0].LUTDescriptor[2] - 1
        else:
            low, high = image.value_range
        expected = (shown - low) / (high - low)
        expected = 1 - expected if image.inverted else expected
        np.testing.assert_allclose(display(image), expected, atol=1e-5)


def test_what_the_files_are_known_to_be():
    """Rules for files whose fault is documented by the packages that bring them."""
    for name, rule in {
        "MR_truncated.dcm": "truncated",
        "rtplan_truncated.dcm": "truncated",
        "emri_small_jpeg_2k_lossless_too_short.dcm": "truncated",
        "test-SR.dcm": "no-pixels",
        "rtplan.dcm": "no-pixels",
        "waveform_ecg.dcm": "no-pixels",
        "DICOMDIR": "media-directory",
        "zipMR.gz": "not-an-image",
        "README.txt": "not-an-image",
    }.items():
        frame = 9 if name.startswith("emri") else 0  # the last; those before the cut are read
        with pytest.raises(Refused) as refusal:
            read_image(FILES[name].read_bytes(), frame)
        assert (name, refusal.value.rule) == (name, rule)


def test_twelve_bit_lossy_jpeg_beside_published_values():
    """pydicom's tests give 244 and 95 for these two pixels of GDCM's decoder."""
    values = read_image(FILES["JPEG-lossy.dcm"].read_bytes()).values
    assert (values[420, 140], values[230, 120]) == (244, 95)


CORNERSTONE = data_dir() / "dicom" / "cornerstone" if data_dir() else None


@pytest.mark.data
@pytest.mark.skipif(CORNERSTONE is None or not CORNERSTONE.is_dir(), reason="no public data sets (MEDDX_DATA)")
class TestCornerstone:
    @pytest.mark.parametrize(
        ("syntax", "apart"),
        [
            ("BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2", 0),
            ("DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99", 0),
            ("LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1", 0),
            ("LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2", 0),
            ("RLELosslessTransferSyntax_1.2.840.10008.1.2.5", 0),
            ("JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57", 0),
            ("JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70", 0),
            ("JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80", 0),
            ("JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90", 0),
            ("JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81", 1),
            ("JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91", 5),
            ("JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51", 40),
            ("JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50", 70),
        ],
    )
    def test_every_syntax_gives_the_slice(self, syntax, apart):
        reference = read_image((CORNERSTONE / "CTImage.dcm").read_bytes())
        image = read_image((CORNERSTONE / f"CTImage.dcm_{syntax}.dcm").read_bytes())
        assert np.abs(image.values - reference.values).max() <= apart
        assert image.window == reference.window
        assert bool(image.notes) == (apart > 0)

    def test_the_slice_itself(self):
        elements = pydicom.dcmread(CORNERSTONE / "CTImage.dcm")
        stored = np.frombuffer(elements.PixelData, "<i2").reshape(elements.Rows, elements.Columns)
        image = read_image((CORNERSTONE / "CTImage.dcm").read_bytes())
        np.testing.assert_array_equal(image.values, stored * 1.0 + float(elements.RescaleIntercept))

    @pytest.mark.parametrize(
        ("file", "name"),
        [
            ("JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53", "JPEG Spectral Selection, Non-Hierarchical"),
            ("JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55", "JPEG Full Progression, Non-Hierarchical"),
        ],
    )
    def test_no_decoder(self, file, name):
        with pytest.raises(Refused, match=name) as refusal:
            read_image((CORNERSTONE / f"CTImage.dcm_{file}.dcm").read_bytes())
        assert refusal.value.rule == "unsupported-transfer-syntax"

    def test_edge_cases(self):
        with pytest.raises(Refused) as refusal:
            read_image((CORNERSTONE / "no-pixel-data.dcm").read_bytes())
        assert refusal.value.rule == "no-pixels"
        assert read_image((CORNERSTONE / "US-YBR_FULL_422-EVRLE.dcm").read_bytes()).is_colour
        fragmented = CORNERSTONE / "CT0012.fragmented_no_bot_jpeg_baseline.51.dcm"
        frames = [read_image(fragmented.read_bytes(), frame).values for frame in range(2)]
        assert frames[0].shape == frames[1].shape == (512, 512)
