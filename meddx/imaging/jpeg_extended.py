"""A pydicom plugin that decodes JPEG Extended with 12-bit samples through GDCM; pydicom itself decodes only 8 bits.

The names DECODER_DEPENDENCIES, is_available and _decode_frame are those that pydicom.pixels requires of a plugin.
"""

import gdcm
from pydicom.pixels.decoders.base import DecodeRunner
from pydicom.uid import JPEGExtended12Bit

DECODER_DEPENDENCIES = {JPEGExtended12Bit: ("gdcm>=3.0.10",)}


def is_available(uid: str) -> bool:
    """Return whether this plugin decodes the transfer syntax."""
    return uid in DECODER_DEPENDENCIES


def _decode_frame(codestream: bytes, runner: DecodeRunner) -> bytes:
    """Return one grey frame of 9 to 12 bits as little-endian 16-bit samples."""
    if runner.samples_per_pixel != 1 or not 8 < runner.bits_stored <= 12 or runner.bits_allocated != 16:
        raise NotImplementedError("only grey samples of 9 to 12 bits in 16")
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(codestream)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((runner.columns, runner.rows, 1))
    image.SetDataElement(element)
    image.SetPhotometricInterpretation(
        gdcm.PhotometricInterpretation(gdcm.PhotometricInterpretation.GetPIType(runner.photometric_interpretation))
    )
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGExtendedProcess2_4))
    bits = runner.bits_stored
    image.SetPixelFormat(gdcm.PixelFormat(1, 16, bits, bits - 1, runner.pixel_representation))
    samples: bytes = image.GetBuffer().encode("utf-8", "surrogateescape")
    return samples
