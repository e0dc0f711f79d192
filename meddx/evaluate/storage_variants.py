"""Draw copies of an image as other archives would hold it: of another size, sharpness, framing, exposure and encoding.

A network's features tell such copies apart although a reader would not. A reference that has seen only one kind of copy
takes the others for foreign images.
"""

import io
from dataclasses import replace

import numpy as np
import PIL.Image
import PIL.ImageFilter

from meddx.imaging.array_image import image_from_array
from meddx.imaging.preprocessing import InputSpec
from meddx.imaging.windowing import display
from meddx.types import Image

FILTERS = (
    PIL.Image.Resampling.BOX,
    PIL.Image.Resampling.BILINEAR,
    PIL.Image.Resampling.HAMMING,
    PIL.Image.Resampling.BICUBIC,
    PIL.Image.Resampling.LANCZOS,
)
LARGEST_FACTOR, LARGEST_SIDE = 4.0, 640
"""How many times larger than the original a copy may be, and its longer side in pixels."""
MOST_CUT, MOST_BORDER, MOST_SQUASH = 0.2, 0.1, 2.0
"""Share of rows or columns that is cut away, border on each side as a share, and factor of the aspect ratio."""
GAMMA = 1.1
BLUR, SHARPENING = 0.8, 1.5
"""Standard deviation in pixels of the network's input, and the strongest unsharp mask, 1 adding the whole detail."""
LOWEST_QUALITY = 40


def storage_variant(image: Image, spec: InputSpec, generator: np.random.Generator) -> Image:
    """Return a copy of the image with 8 bits, changed at random in framing, exposure, sharpness, size and encoding.

    spec: of the network that will see it; a copy is never much smaller than its input or the original, whichever is
    the smaller. Each change is made to half of the copies, or a little more.
    """
    copy = PIL.Image.fromarray(np.rint(255 * display(image)).astype(np.uint8))
    copy = _exposed(_framed(copy, generator), generator)
    sharpness = generator.uniform(-1, 1)
    factor = max(copy.size) / max(spec.height, spec.width)  # pixels of the copy to one of the input
    if sharpness < -0.6:
        copy = copy.filter(PIL.ImageFilter.GaussianBlur(BLUR * max(factor, 1) * generator.random()))
    elif sharpness > 0.2:
        percent = round(100 * SHARPENING * sharpness)
        copy = copy.filter(PIL.ImageFilter.UnsharpMask(max(factor, 1) * generator.uniform(0.5, 1.5), percent, 0))
    if generator.random() < 0.5:
        copy = _resized(copy, spec, generator)
    if generator.random() < 0.5:
        copy = _compressed(copy, int(generator.integers(LOWEST_QUALITY, 101)))
    return replace(image_from_array(np.asarray(copy)), pixel_aspect=image.pixel_aspect)


def _framed(copy: PIL.Image.Image, generator: np.random.Generator) -> PIL.Image.Image:
    """Return the copy with rows or columns cut away, or black borders, or squashed, each in a third of the draws."""
    width, height = copy.size
    if generator.random() < 0.33:
        cut = generator.uniform(0, MOST_CUT, 2) * (generator.random(2) < 0.7)
        left, top = (int(side * share * generator.random()) for side, share in zip(copy.size, cut, strict=True))
        copy = copy.crop((left, top, left + round(width * (1 - cut[0])), top + round(height * (1 - cut[1]))))
    if generator.random() < 0.33:
        shares = generator.uniform(0, MOST_BORDER, 2) * (generator.random(2) < 0.7)
        across, down = (round(side * share) for side, share in zip(copy.size, shares, strict=True))
        framed = PIL.Image.new(copy.mode, (copy.width + 2 * across, copy.height + 2 * down))
        framed.paste(copy, (across, down))
        copy = framed
    if generator.random() < 0.33:
        factor = MOST_SQUASH ** generator.uniform(-1, 1)
        copy = copy.resize((max(1, round(copy.width * factor)), copy.height), PIL.Image.Resampling.BICUBIC)
    return copy


def _exposed(copy: PIL.Image.Image, generator: np.random.Generator) -> PIL.Image.Image:
    """Return the copy stretched to the full range in a third of the draws, and with another gamma in half of them."""
    pixels = np.asarray(copy, np.float32) / 255
    if generator.random() < 0.25 and np.ptp(pixels) > 0:
        pixels = (pixels - pixels.min()) / np.ptp(pixels)
    if generator.random() < 0.5:
        pixels = pixels ** np.float32(GAMMA ** generator.uniform(-1, 1))
    return PIL.Image.fromarray(np.rint(255 * pixels).astype(np.uint8))


def _resized(copy: PIL.Image.Image, spec: InputSpec, generator: np.random.Generator) -> PIL.Image.Image:
    """Return the copy at another size, by a filter drawn at random."""
    side = max(copy.size)
    smallest = 0.75 * min(side, max(spec.height, spec.width))
    largest = max(smallest, min(LARGEST_FACTOR * side, LARGEST_SIDE))
    factor = np.exp(generator.uniform(np.log(smallest), np.log(largest))) / side
    size = max(1, round(copy.width * factor)), max(1, round(copy.height * factor))
    return copy.resize(size, FILTERS[generator.integers(len(FILTERS))])


def _compressed(copy: PIL.Image.Image, quality: int) -> PIL.Image.Image:
    """Return the copy encoded as JPEG and decoded."""
    file = io.BytesIO()
    copy.save(file, "JPEG", quality=quality)
    with PIL.Image.open(file) as decoded:
        decoded.load()
    return decoded
