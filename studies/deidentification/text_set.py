"""Images with text burned in, generated from a seed: names, dates, numbers, in many fonts, sizes, contrasts and styles.

Nobody is named: names are put together from two lists. Fonts are those of the packages that meddx needs (Pillow,
Streamlit) and DejaVu where the system has it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import streamlit
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import ImageDraw, ImageFilter, ImageFont

FAMILY = (
    "SMITH",
    "Jones",
    "GARCIA LOPEZ",
    "Müller",
    "NGUYEN",
    "Okafor",
    "O'Brien",
    "KOWALSKI",
    "Fernández",
    "LI",
    "Ivanova",
)
GIVEN = ("JOHN", "Mary", "ANNA MARIA", "José", "Wei", "AMINA", "Peter", "Ilse", "OLGA", "Tom")
PLACES = ("ST MARY HOSPITAL", "General Hospital", "Ward 12B", "Dr. Keller", "RADIOLOGY DEPT", "Accession", "Patient")
STYLES = ("plain", "outline", "box")
DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
STREAMLIT = Path(streamlit.__file__).parent / "static" / "static" / "media"
FAMILIES = {
    "tune": (
        "DejaVuSans.ttf",
        "DejaVuSans-Bold.ttf",
        "DejaVuSansMono.ttf",
        "DejaVuSerif.ttf",
        "KaTeX_Main-Regular",
        "KaTeX_Typewriter",
    ),
    "measure": (
        "DejaVuSansCondensed.ttf",
        "DejaVuSansMono-Bold.ttf",
        "DejaVuSerif-Bold.ttf",
        "SourceSansVF-Upright",
        "SourceSerifVariable-Roman",
        "SourceCodeVF-Upright",
        "KaTeX_SansSerif-Bold",
        "KaTeX_SansSerif-Regular",
        "DejaVuSans-Oblique.ttf",
    ),
}
"""Fonts by what they serve; Pillow's own font serves both."""
LEAST_CONTRAST = 0.2
INK = 100
"""Of 255: where smooth letters count as drawn."""
VISIBLE = 20
"""Of 255: ink that differs less from what was there before cannot be seen."""
SMALLEST, LARGEST = 10, 0.05
"""Font sizes: pixels, and share of the longer side."""


@dataclass(frozen=True)
class BurnedIn:
    """An image with texts in it. shown: float32 (rows, columns) in [0, 1]; inks: where each text was drawn, bool."""

    shown: NDArray[np.float32]
    inks: tuple[NDArray[np.bool_], ...]
    about: tuple[str, ...]


def a_text(random: Generator) -> str:  # noqa: PLR0911  (one a kind)
    """Return a name, a date, a number, a time, or a place."""
    pick: Callable[[tuple[str, ...]], str] = lambda words: str(random.choice(words))  # noqa: E731
    year, month, day = (int(random.integers(*ends)) for ends in ((1920, 2025), (1, 13), (1, 29)))
    kind = random.integers(9)
    if kind == 0:
        return f"{pick(FAMILY)}^{pick(GIVEN)}"
    if kind == 1:
        return f"{pick(FAMILY)}, {pick(GIVEN)}"
    if kind == 2:
        return f"{pick(GIVEN)} {pick(FAMILY)}"
    if kind == 3:
        return f"{day:02}/{month:02}/{year}" if random.random() < 0.5 else f"{day}.{month}.{year}"
    if kind == 4:
        return f"{year}-{month:02}-{day:02}"
    if kind == 5:
        return str(random.integers(10**4, 10**9))
    if kind == 6:
        return f"ID {random.integers(10**5, 10**7)}"
    if kind == 7:
        return f"{random.integers(24):02}:{random.integers(60):02}:{random.integers(60):02}"
    return pick(PLACES)


def a_font(random: Generator, family: str, size: int) -> tuple[ImageFont.FreeTypeFont, str]:
    """Return a font of the family at a size in pixels, and its name."""
    paths = [path for name in FAMILIES[family] for path in (*DEJAVU.glob(name), *STREAMLIT.glob(f"{name}*"))]
    number = int(random.integers(len(paths) + 1))
    if number == len(paths):
        font = ImageFont.load_default(size)
        assert isinstance(font, ImageFont.FreeTypeFont)
        return font, "Pillow"
    font = ImageFont.truetype(paths[number], size)
    if "VF" in paths[number].name or "Variable" in paths[number].name:
        font.set_variation_by_name("Regular")  # else the lightest, whose hairlines nobody burns in
    return font, paths[number].name.split(".")[0]


def burn_in(shown: NDArray[np.float32], random: Generator, family: str) -> BurnedIn:
    """Return the displayed image (rows, columns) in [0, 1] with one to three texts at free places."""
    canvas = PIL.Image.fromarray(np.rint(shown * 255).astype(np.uint8))
    taken = np.zeros(shown.shape, np.bool_)
    inks, about = [], []
    for _ in range(int(random.integers(1, 4))):
        drawn = _draw(canvas, taken, random, family)
        if drawn is not None:
            canvas, ink, said = drawn
            inks.append(ink)
            about.append(said)
    return BurnedIn(_spoil(canvas, random), tuple(inks), tuple(about))


def with_side_marker(shown: NDArray[np.float32], random: Generator, family: str) -> BurnedIn:
    """Return the displayed image with an L or an R near one of its upper corners, as films have them; its one ink."""
    canvas = PIL.Image.fromarray(np.rint(shown * 255).astype(np.uint8))
    size = round(max(canvas.size) * float(random.uniform(0.02, 0.08)))
    font, name = a_font(random, family, max(size, SMALLEST))
    letter, style = str(random.choice(("L", "R"))), str(random.choice(("plain", "outline", "shadow", "circle")))
    x = float(random.uniform(0.01, 0.12)) * canvas.width
    x = canvas.width - x - 1.2 * size if random.random() < 0.5 else x
    y = float(random.uniform(0.01, 0.2)) * canvas.height
    white = int(random.integers(200, 256))
    pen = ImageDraw.Draw(canvas)
    if style == "circle":
        left, top, right, bottom = font.getbbox(letter)
        pen.ellipse(
            (x + left - size / 3, y + top - size / 4, x + right + size / 3, y + bottom + size / 4),
            None,
            white,
            max(1, size // 14),
        )
    if style == "shadow":
        pen.text((x + max(1, size // 12), y + max(1, size // 12)), letter, 0, font)
    outline = max(1, size // 14) if style == "outline" else 0
    pen.text((x, y), letter, white, font, stroke_width=outline, stroke_fill=0)
    layer = PIL.Image.new("L", canvas.size)
    ImageDraw.Draw(layer).text((x, y), letter, 255, font)
    ink = np.asarray(layer) > 127
    return BurnedIn(_spoil(canvas, random), (ink,), (f"{letter} {name} {size} px, {style}",))


def _draw(
    canvas: PIL.Image.Image, taken: NDArray[np.bool_], random: Generator, family: str
) -> tuple[PIL.Image.Image, NDArray[np.bool_], str] | None:
    """Return the canvas with one more text, its ink, and what was drawn; None where it found no place."""
    largest = max(SMALLEST + 4, LARGEST * max(canvas.size))
    size = round(float(np.exp(random.uniform(np.log(SMALLEST), np.log(largest)))))
    font, name = a_font(random, family, size)
    text, style = a_text(random), str(random.choice(STYLES, p=(0.5, 0.3, 0.2)))
    left, top, right, bottom = (int(side) for side in font.getbbox(text))
    width, height, edge = right - left, bottom - top, max(2, size // 4)
    if width + 2 * edge >= canvas.width or height + 2 * edge >= canvas.height:
        return None
    for _ in range(20):
        x, y = (
            int(random.integers(edge, canvas.width - width - edge)),
            int(random.integers(edge, canvas.height - height - edge)),
        )
        place = slice(y - edge, y + height + edge), slice(x - edge, x + width + edge)
        if not taken[place].any():
            break
    else:
        return None
    taken[place] = True
    behind = float(np.median(np.asarray(canvas)[place])) / 255
    contrast = random.uniform(LEAST_CONTRAST, 1)
    if style == "box":
        behind = float(random.choice((0.0, 1.0, behind)))
    brighter = behind + contrast <= 1 if random.random() < 0.7 else behind - contrast < 0
    colour = min(max(behind + (contrast if brighter else -contrast), 0), 1)
    if abs(colour - behind) < LEAST_CONTRAST:
        colour = 1.0 if behind < 0.5 else 0.0
    stroke = max(1, size // 12) if style == "outline" else 0
    if style == "outline":
        colour = float(random.choice((0.0, 1.0)))
    binary = random.random() < 0.3
    before, canvas = np.asarray(canvas, np.int16), canvas.copy()
    pen = ImageDraw.Draw(canvas)
    pen.fontmode = "1" if binary else "L"
    if style == "box":
        pen.rectangle(
            (x - edge // 2, y - edge // 2, x + width + edge // 2, y + height + edge // 2), round(255 * behind)
        )
    pen.text(
        (x - left, y - top), text, round(255 * colour), font, stroke_width=stroke, stroke_fill=round(255 * (1 - colour))
    )
    layer = PIL.Image.new("L", canvas.size)
    ImageDraw.Draw(layer).text((x - left, y - top), text, 255, font)
    said = f"{text!r} {name} {size} px, {style}, {'binary' if binary else 'smooth'}, {colour:.2f} on {behind:.2f}"
    seen = np.abs(np.asarray(canvas, np.int16) - (round(255 * behind) if style == "box" else before)) >= VISIBLE
    return canvas, (np.asarray(layer) > INK) & seen, said


def _spoil(canvas: PIL.Image.Image, random: Generator) -> NDArray[np.float32]:
    """Return the canvas as float32 in [0, 1], some of them blurred a little or compressed as JPEG."""
    if random.random() < 0.2:
        canvas = canvas.filter(ImageFilter.GaussianBlur(float(random.uniform(0.3, 0.6))))
    if random.random() < 0.4:
        file = BytesIO()
        canvas.save(file, format="JPEG", quality=int(random.integers(70, 96)))
        canvas = PIL.Image.open(file)
    return np.asarray(canvas, np.float32) / np.float32(255)
