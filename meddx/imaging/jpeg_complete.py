"""Checks that a JPEG holds all of its image.

Decoders fill in what was cut off, as long as an end marker follows.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.imaging.jpeg_structure import END_OF_IMAGE, PROGRESSIVE, JpegStructure
from meddx.imaging.refusals import refusal

CONTINUATION = b"\x5a\xa3\x17\xc9\x6e\x31\xd8\x84" * 128
"""Entropy-coded data that the decoder of a whole image never reads, and that of a cut image takes for image data."""

MOST_VISITS = 400_000_000
"""Pixels that all scans together may pass over: ten scans, as usual in a progressive JPEG, of 40 million pixels."""


def refuse_incomplete(data: bytes, jpeg: JpegStructure) -> None:
    """Raise Refused where scans or restart intervals are missing, or where the scans need too much work."""
    if len(jpeg.scans) * jpeg.rows * jpeg.columns > MOST_VISITS:
        raise Refused(
            "too-many-pixels",
            f"The JPEG image is coded in {len(jpeg.scans)} scans, more work than this server does for one of its size: "
            "save it again as a baseline JPEG or a PNG.",
        )
    if any(jpeg.restarts_missing(data, scan) for scan in jpeg.scans):
        raise refusal("truncated")
    if jpeg.process == PROGRESSIVE:
        missing = _coefficients_missing(jpeg)
    else:
        missing = {part for scan in jpeg.scans for part in scan.components} != set(jpeg.sampling)
    if missing:
        raise refusal("truncated")


def refuse_cut_end(
    data: bytes, jpeg: JpegStructure, values: NDArray[Any], decode: Callable[[bytes], NDArray[Any]]
) -> None:
    """Raise Refused "truncated" where other data after the last scan decodes to other pixels than `values`.

    A decoder that refuses such data may have read into it, or may be one that refuses every fault. The latter would
    have refused a cut image too, as it does when half of the last scan is left out.
    """
    start, end = jpeg.scans[-1].start, jpeg.scans[-1].end
    try:
        whole = np.array_equal(values, decode(data[:end] + CONTINUATION + END_OF_IMAGE))
    except Refused:
        try:
            decode(data[: (start + end) // 2] + END_OF_IMAGE)
        except Refused:
            return
        whole = False
    if not whole:
        raise refusal("truncated")


def ends_evenly(values: NDArray[Any], *, lossless: bool) -> bool:
    """Return whether the last pixels look like those that a decoder fills in for missing data.

    values: grey or colour, rows first.
    A decoder reads zero bits: flat blocks, or in a lossless JPEG the same difference from the predicted value again
    and again, whichever of the seven predictors of ISO 10918-1 H.1.2.1 was used. Many whole images end so too.
    """
    if not lossless or min(values.shape[:2]) < 4:
        corner = values[-((values.shape[0] - 1) % 8 + 1) :, -((values.shape[1] - 1) % 8 + 1) :]
        return bool((corner == corner[:1, :1]).all())
    rows = values[-2:, -3:].astype(np.int64)
    here, left, above, corner = rows[1, 1:], rows[1, :-1], rows[0, 1:], rows[0, :-1]
    predicted = (
        left,
        above,
        corner,
        left + above - corner,
        left + ((above - corner) >> 1),
        above + ((left - corner) >> 1),
        (left + above) >> 1,
    )
    return any(bool((difference[0] == difference[1]).any()) for difference in (here - value for value in predicted))


def _coefficients_missing(jpeg: JpegStructure) -> bool:
    """Return whether any coefficient of a progressive JPEG never reaches its last bit, G.1.2."""
    reached = {part: [1] * 64 for part in jpeg.sampling}
    for scan in jpeg.scans:
        for part in scan.components:
            for coefficient in range(scan.first, min(scan.last, 63) + 1):
                reached[part][coefficient] = scan.low_bit
    return any(any(bits) for bits in reached.values())
