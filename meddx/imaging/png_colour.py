"""What a PNG says of its brightness and colours beside an ICC profile: cICP, sRGB, gAMA and cHRM.

A brightness curve is applied, as browsers and viewers do and as an ICC profile of grey is: whoever opens the file
elsewhere sees the same film. Samples without any statement are taken as they are.
"""

from struct import unpack

from meddx.imaging.colour import PROFILE_NOTE
from meddx.imaging.png_chunks import chunks

DISPLAY_EXPONENT = 2.2
"""Of the display that samples without a statement are meant for, PNG (third edition) 13.13."""
NO_CHANGE = 0.05
"""Exponents this close to 1 change nothing that can be seen; libpng leaves them out too (PNG_GAMMA_THRESHOLD)."""
SRGB_PRIMARIES = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
"""White, red, green and blue, x and y of each times 100,000, PNG 11.3.2.1 and 11.3.2.5."""
NEAR_PRIMARIES = 1000
SRGB_CODE_POINTS = (1, 13)
"""Primaries and transfer function of sRGB, ITU-T H.273."""

CURVE_NOTE = "The brightness curve that the file states (gAMA) was applied."


def stated_exponent(data: bytes) -> tuple[float, tuple[str, ...]]:
    """Return the power to which samples in [0, 1] are raised to be sRGB, 1 for none, and notes.

    The order is that of PNG 4.3: cICP, iCCP, sRGB, then gAMA and cHRM; only what stands before the pixels counts. What
    cannot be followed is noted, and the next of the order holds.
    """
    stated: dict[bytes, bytes] = {}
    for kind, content in chunks(data):
        if kind == b"IDAT":
            break
        stated.setdefault(kind, content)
    code_points = stated.get(b"cICP")
    if code_points is not None and tuple(code_points[:2]) == SRGB_CODE_POINTS:
        return 1.0, ()
    notes = (PROFILE_NOTE,) if code_points is not None else ()
    if b"iCCP" in stated or b"sRGB" in stated:
        return 1.0, notes
    primaries = stated.get(b"cHRM", b"")
    if not notes and len(primaries) == 32 and _is_colour(data) and not _are_srgb(unpack(">8I", primaries)):
        notes = (PROFILE_NOTE,)
    gamma = stated.get(b"gAMA", b"")
    encoding = int.from_bytes(gamma) / 100_000 if len(gamma) == 4 else 0.0
    if encoding == 0:
        return 1.0, notes
    exponent = 1 / (encoding * DISPLAY_EXPONENT)
    if abs(exponent - 1) < NO_CHANGE:
        return 1.0, notes
    if not 0.1 <= exponent <= 10:
        return 1.0, (
            *notes,
            "The brightness curve that the file states (gAMA) cannot be, so values are shown as stored.",
        )
    return exponent, (*notes, CURVE_NOTE)


def _is_colour(data: bytes) -> bool:
    return bool(data[25] & 2)  # the colour type, PNG 11.2.1


def _are_srgb(primaries: tuple[int, ...]) -> bool:
    return all(abs(one - other) <= NEAR_PRIMARIES for one, other in zip(primaries, SRGB_PRIMARIES, strict=True))
