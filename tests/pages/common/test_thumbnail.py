import base64
import gzip
import io

import numpy as np
import PIL.Image

from meddx.types import Window
from pages.ui.common.thumbnail import image_uri, overlay_uri
from tests.pages.fake import drawable, prediction


def halves(left, right, **changes):
    """An image of 40 x 60 pixels, one value on either side."""
    values = np.repeat([[left] * 30 + [right] * 30], 40, axis=0).astype("<u2")
    fields = {"pixels": gzip.compress(values.tobytes()), "rows": 40, "columns": 60}
    return drawable(**fields | {"window": Window(100, 200, "LINEAR")} | changes)


def pixels(uri):
    jpeg = base64.b64decode(uri.removeprefix("data:image/jpeg;base64,"))
    return np.asarray(PIL.Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)


def test_evidence_is_drawn_only_where_it_lies():
    source = overlay_uri(halves(100, 100), prediction({"NODULE": 0.9}, peak=1.0), "NODULE")
    shown, plain = pixels(source), pixels(image_uri(halves(100, 100)))
    assert np.abs(shown - plain)[:10, 50:].max() > 30, "the upper right cell of the map"
    assert np.abs(shown - plain)[32:, :24].max() <= 3
