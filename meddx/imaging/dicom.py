"""Decoding of a DICOM object to an Image: modality values, and what the file says about displaying them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import isfinite
from typing import Any, get_args

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID

from meddx.errors import Refused
from meddx.imaging.automatic_window import automatic_window, padding
from meddx.imaging.colour import PROFILE_NOTE, to_8_bits, to_srgb
from meddx.imaging.dataset import has_preamble, looks_like_dicom, read_elements
from meddx.imaging.description import SAMPLES_OF_TERM, read_as_meant
from meddx.imaging.functional_groups import frame_groups
from meddx.imaging.lookup_tables import (
    apply_palette,
    apply_table,
    is_empty,
    lut_data,
    refuse_missing_entries,
    table_descriptor,
    value_limits,
)
from meddx.imaging.native import NATIVE
from meddx.imaging.patient_age import patient_age
from meddx.imaging.pixel_data import LOSSY, decode_frame, refuse_transfer_syntax
from meddx.imaging.pixel_spacing import pixel_spacing
from meddx.imaging.refusals import refusal, refuse_too_many_pixels
from meddx.imaging.windowing import LARGEST_FLOAT, SMALLEST_FLOAT, is_valid_window
from meddx.types import Image, VoiLut, Window, WindowFunction

__all__ = ["decode_image", "has_preamble", "looks_like_dicom", "read_dicom"]

FUNCTIONS: dict[str, WindowFunction] = {name: name for name in get_args(WindowFunction)}
SPACINGS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio")
"""Attributes in order of precedence; each is vertical, then horizontal."""
_GROUPS = ("PixelValueTransformationSequence", "FrameVOILUTSequence", "PixelMeasuresSequence")


def read_dicom(data: bytes, frame: int = 0) -> Image:
    """Decode one frame (zero-based) of a DICOM object.

    Raises Refused, with the number of frames that the file states.
    """
    elements, transfer_syntax = read_elements(data)
    try:
        refuse_transfer_syntax(transfer_syntax)
        notes = read_as_meant(elements, transfer_syntax)
        image = decode_image(elements, transfer_syntax, frame)
        return replace(image, notes=image.notes + notes)
    except Refused as refused:
        raise Refused(refused.rule, refused.reason, _stated_frames(elements)) from None
    except Exception:  # a file can break the standard in more ways than can be listed, and its text may hold a name
        damaged = refusal("cannot-be-decoded")
        raise Refused(damaged.rule, damaged.reason, _stated_frames(elements)) from None


def _stated_frames(elements: Dataset) -> int:
    """Return Number of Frames (0028,0008), 1 where it is no positive number."""
    try:
        return max(int(elements.get("NumberOfFrames", 1) or 1), 1)
    except (TypeError, ValueError):
        return 1


def decode_image(elements: Dataset, transfer_syntax: UID, frame: int) -> Image:
    """Decode one frame (zero-based) of a data set that was read before.

    Raises Refused, and for a data set that breaks the standard anything.
    """
    refuse_transfer_syntax(transfer_syntax)
    frames = _check_description(elements, frame)
    if transfer_syntax in NATIVE and elements.PhotometricInterpretation not in SAMPLES_OF_TERM:
        raise _unknown_values()
    stored, photometric = decode_frame(elements, transfer_syntax, frame)
    little_endian = transfer_syntax.is_little_endian
    notes = list(_notes(elements, transfer_syntax))
    window, voi_lut = None, None
    groups = list(frame_groups(elements, frame, _GROUPS))
    values: NDArray[Any]
    if stored.ndim == 3 or photometric == "PALETTE COLOR":
        values, usable_profile = _colour(elements, stored, photometric, little_endian)
        bits_stored, value_range = 8 if stored.ndim == 2 else int(elements.BitsStored), (0.0, 255.0)
        if not usable_profile:
            notes.append(PROFILE_NOTE)
    elif photometric in ("MONOCHROME1", "MONOCHROME2"):
        bits_stored = int(elements.get("BitsStored", 0) or elements.BitsAllocated)
        if not _can_be_rescaled(groups):
            notes.append("The rescaling that the file states cannot be used, so values are shown as stored.")
        values, value_range = _modality_values(stored, groups, elements, little_endian)
        left_out = padding(stored, elements, little_endian)
        if not np.isfinite(values).all():
            left_out |= ~np.isfinite(values)
            values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
            value_range = (float(values.min()), float(values.max()))
            notes.append("Pixels without a finite value are shown as 0.")
        if _has_supplemental_colours(elements, stored):
            notes.append("Colours that the file gives to some of its values are left out: the image is shown in grey.")
        voi_lut, narrow = _voi_lut(groups, values, value_range, little_endian)
        if narrow:
            notes.append("The VOI LUT uses another number of bits than it states, so it is scaled to those it uses.")
        window, stated = _window(groups)
        if stated and window is None:
            notes.append("The window that the file states cannot be used, so the full range is shown.")
        if window is None and voi_lut is None:
            window = Window(0.5, 1, "LINEAR_EXACT") if value_range == (0, 1) else automatic_window(values, left_out)
    else:
        raise _unknown_values()
    spacing, measured_at = pixel_spacing(groups)
    return Image(
        values=values,
        format="DICOM",
        bits_stored=bits_stored,
        value_range=value_range,
        window=window,
        voi_lut=voi_lut,
        inverted=photometric == "MONOCHROME1",
        pixel_aspect=_pixel_aspect(groups),
        frame=frame,
        frames=frames,
        modality=_code_string(elements, "Modality"),
        body_part=_code_string(elements, "BodyPartExamined"),
        view=_code_string(elements, "ViewPosition"),
        age_years=patient_age(elements),
        sex=_code_string(elements, "PatientSex"),
        transfer_syntax=transfer_syntax.name,
        synthetic=_code_string(elements, "SyntheticData") == "YES",
        notes=tuple(notes),
        spacing=spacing,
        measured_at=measured_at,
    )


def _unknown_values() -> Refused:
    return Refused(
        "unsupported-image",
        "The Photometric Interpretation is none of MONOCHROME1, MONOCHROME2, PALETTE COLOR, RGB and YBR: "
        "export the image as one of these.",
    )


def _check_description(elements: Dataset, frame: int) -> int:
    """Return the number of frames, after checking before decoding that the frame asked for can be decoded.

    Raises Refused.
    """
    rows, columns = int(elements.get("Rows", 0) or 0), int(elements.get("Columns", 0) or 0)
    if rows < 1 or columns < 1:
        raise refusal("cannot-be-decoded")
    refuse_too_many_pixels(rows, columns)
    if int(elements.get("SamplesPerPixel", 1) or 1) not in (1, 3):
        raise Refused("unsupported-image", "The pixels have neither one nor three samples: export grey or RGB.")
    frames = _stated_frames(elements)
    if not 0 <= frame < frames:
        raise Refused(
            "frame-out-of-range",
            f"The file has {frames} frames and frame {frame + 1} was asked for: choose one of them.",
        )
    return frames


def _first(groups: list[Dataset], keyword: str) -> object:
    """Return the first value that the attribute has in the groups, or None."""
    return next((value for group in groups if (value := group.get(keyword)) not in (None, "")), None)


def _listed(stated: object) -> list[float | None]:
    """Return the numbers of a value of multiplicity 1 or n.

    None stands for one that is not finite; blank values are skipped.
    """
    several: Any = stated if isinstance(stated, Iterable) and not isinstance(stated, str) else [stated]
    return [_number(value) for value in several if value is not None and str(value).strip()]


def _number(stated: object) -> float | None:
    try:
        number = float(str(stated))
    except (TypeError, ValueError):
        return None
    return number if isfinite(number) else None


def _numbers(stated: object) -> list[float]:
    """Return the numbers of a value of multiplicity 1 or n, [] when one is not finite."""
    numbers = _listed(stated)
    return [] if None in numbers else [number for number in numbers if number is not None]


def _can_be_rescaled(groups: list[Dataset]) -> bool:
    """Return whether Rescale Slope and Intercept, where stated, are numbers and the slope is not 0."""
    slope, intercept = _first(groups, "RescaleSlope"), _first(groups, "RescaleIntercept")
    return (slope is None or _numbers(slope)[:1] not in ([], [0])) and (intercept is None or _numbers(intercept) != [])


def _rescale(groups: list[Dataset]) -> tuple[float, float]:
    """Return Rescale Slope and Intercept, 1 and 0 where either cannot be used."""
    if not _can_be_rescaled(groups):
        return 1.0, 0.0
    slope, intercept = _first(groups, "RescaleSlope"), _first(groups, "RescaleIntercept")
    return (1.0 if slope is None else _numbers(slope)[0]), (0.0 if intercept is None else _numbers(intercept)[0])


def _modality_values(
    stored: NDArray[Any], groups: list[Dataset], elements: Dataset, little_endian: bool
) -> tuple[NDArray[np.float32], tuple[float, float]]:
    """Return the values after Modality LUT or rescale (C.11.1), and the range that the stored bits can express.

    The values are float32, in modality units, as is the range.
    """
    if stored.dtype.kind == "f":
        with np.errstate(over="ignore"):
            values = stored.astype(np.float32)
        values[np.abs(values) > LARGEST_FLOAT] = np.inf  # beyond what can be windowed in float32: noted as not finite
        finite = values[np.isfinite(values)]
        return values, (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    bits = int(elements.BitsStored)
    signed = stored.dtype.kind == "i"
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    for group in groups:
        for item in (group.get("ModalityLUTSequence") or [])[:1]:
            if is_empty(item):
                continue
            count, first, _ = table_descriptor(item.get("LUTDescriptor"), low, high)
            table = lut_data(item, count, little_endian).astype(np.float32)
            refuse_missing_entries(stored, first, count, len(table))
            return apply_table(stored, first, table), (float(table.min()), float(table.max()))
    slope, intercept = _rescale(groups)
    ends = sorted((low * slope + intercept, high * slope + intercept))
    _refuse_lost_values(ends[0], ends[1], high - low)
    # float32 holds every integer of 24 bits, so only wider ones need the detour.
    values = stored.astype(np.float64 if bits > 24 else np.float32)
    if slope != 1:
        values *= slope
    if intercept:
        values += intercept
    return values.astype(np.float32, copy=False), (ends[0], ends[1])


def _refuse_lost_values(low: float, high: float, levels: int) -> None:
    """Raise Refused for a rescaling after which float32 cannot tell even 256 levels apart."""
    greatest = max(abs(low), abs(high))
    step = float(np.spacing(np.float32(min(greatest, LARGEST_FLOAT))))
    if greatest > LARGEST_FLOAT or high - low < min(levels, 255) * max(step, SMALLEST_FLOAT):
        raise Refused(
            "unsupported-image",
            "Rescale Slope or Rescale Intercept is too large or too small for the values to be told apart: "
            "export the image with others.",
        )


def _voi_lut(
    groups: list[Dataset], values: NDArray[np.float32], value_range: tuple[float, float], little_endian: bool
) -> tuple[VoiLut | None, bool]:
    """Return the first item of the VOI LUT Sequence (C.11.2.1.1), and whether it misstates the bits of its entries.

    values: in modality units, which it maps; value_range: which they can take. Some scanners state 16 bits for entries
    of 12: to the letter such an image would be all but black. Raises BadTable.
    """
    for group in groups:
        for item in group.get("VOILUTSequence") or []:
            if is_empty(item):
                continue
            count, first, bits = table_descriptor(item.get("LUTDescriptor"), *value_range)
            table = lut_data(item, count, little_endian)
            refuse_missing_entries(np.rint(values), first, count, len(table))
            used = int(table.max()).bit_length()
            other = 0 < used < bits or used > bits + 1
            scale = np.float32((1 << (used if other else bits)) - 1)
            return VoiLut(first, np.minimum(table / scale, 1).astype(np.float32)), other
    return None, False


def _window(groups: list[Dataset]) -> tuple[Window | None, bool]:
    """Return the first usable window, and whether the file states any, C.11.2.1.2."""
    center, width = _first(groups, "WindowCenter"), _first(groups, "WindowWidth")
    if center is None or width is None:
        return None, False
    function = next((name for group in groups if (name := _code_string(group, "VOILUTFunction"))), "LINEAR")
    for one, other in zip(_listed(center), _listed(width), strict=False):
        if one is not None and other is not None and function in FUNCTIONS:
            window = Window(one, other, FUNCTIONS[function])
            if is_valid_window(window):
                return window, True
    return None, True


def _has_supplemental_colours(elements: Dataset, stored: NDArray[Any]) -> bool:
    """Return whether a Supplemental Palette Color LUT (C.7.6.19) maps values of a grey frame to colours."""
    stated = elements.get("RedPaletteColorLookupTableDescriptor")
    if stated is None or stored.dtype.kind == "f":
        return False
    _, first, _ = table_descriptor(stated, *value_limits(stored))
    return bool(stored.max() >= first)


def _colour(
    elements: Dataset, stored: NDArray[Any], photometric: str, little_endian: bool
) -> tuple[NDArray[np.uint8], bool]:
    """Return the colours as uint8 sRGB (rows, columns, 3), and whether the colour profile, if any, could be used."""
    if photometric == "PALETTE COLOR":
        values = apply_palette(elements, stored, little_endian)
    elif photometric == "RGB":
        values = to_8_bits(stored, int(elements.BitsStored))
    else:
        raise Refused("unsupported-image", "The colours are stored in no space that is read here: export RGB.")
    profile = elements.get("ICCProfile")
    for path in (elements.get("OpticalPathSequence") or [])[:1]:
        profile = profile or path.get("ICCProfile")
    if not profile:
        return values, True
    converted, usable_profile = to_srgb(PIL.Image.fromarray(values), profile)
    return np.asarray(converted), usable_profile


def _pixel_aspect(groups: list[Dataset]) -> float:
    """Return the height of a pixel over its width, 1.0 when unstated or implausible (over 10 to 1)."""
    for keyword in SPACINGS:
        stated = _numbers(_first(groups, keyword))
        if len(stated) == 2 and min(stated) > 0:
            aspect = stated[0] / stated[1]
            return aspect if 0.1 <= aspect <= 10 else 1.0
    return 1.0


def _code_string(elements: Dataset, keyword: str) -> str | None:
    """Return a CS value in upper case, or None when it is missing or no code string (PS3.5 6.2).

    Of several the first that is not blank.
    """
    stated = elements.get(keyword) or ""
    several = [stated] if isinstance(stated, str) else list(stated)
    value = next((text for one in several if (text := str(one).strip("\0 \t\r\n").upper())), "")
    return value if re.fullmatch(r"[A-Z0-9_ ]{1,16}", value) else None


def _notes(elements: Dataset, transfer_syntax: UID) -> Iterator[str]:
    if transfer_syntax in LOSSY or _code_string(elements, "LossyImageCompression") in ("01", "1"):
        yield "The image was lossy compressed."
    if _code_string(elements, "BurnedInAnnotation") == "YES":
        yield "The image says that patient data may be burned into its pixels."
