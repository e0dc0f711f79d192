"""The image viewer: a component that draws 12 to 16 bit images in the browser, with a heat map on top.

Window, zoom, pan, inversion and the overlay's sliders never reach the server. The image travels once, by the image
route.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import streamlit as st

from meddx.explain.colour_scale import WEAKEST_EVIDENCE
from meddx.explain.methods import METHODS
from meddx.imaging.measurements import image_scale
from meddx.model.card import Label
from meddx.types import Box, DrawableImage, Explanation, VoiLut
from pages.ui.common.asked import unheard
from pages.ui.common.component import Component
from pages.ui.common.component_scripts import ASKING_SCRIPT
from pages.ui.common.language.component_words import WORDS_SCRIPT
from pages.ui.common.language.translated import translated
from pages.ui.common.viewer.kept_measures import MOST, Measures
from pages.ui.common.viewer.viewer_words import viewer_words

_HERE = Path(__file__).parent
_PIECES = (
    "image.js", "window.js", "orientation.js", "overlay.js", "legend.js", "measure.js", "places.js", "gestures.js",
    "together.js",
    "address.js", "drop.js", "stack.js",
)  # fmt: skip
"""One ES module in the browser: Streamlit takes a component's script as a single text."""

_STEPS = 32767

_mount = Component(
    "meddx.viewer",
    _HERE / "viewer",
    WORDS_SCRIPT,
    ASKING_SCRIPT,
    *((_HERE / piece).read_text(encoding="utf-8") for piece in _PIECES),
)


def render_viewer(
    image: DrawableImage | None,
    url: str = "",
    file: str = "",
    overlay: dict[str, Any] | None = None,
    message: str = "",
    *,
    outline: list[list[bool]] | None = None,
    places: Mapping[int, Box] | None = None,
    places_heard: Mapping[str, int] = MappingProxyType({}),
    frame: int = 0,
    frames: int = 1,
    stack: str = "",
    key: str = "viewer",
    group: str = "",
    address: Mapping[str, str | list[str]] | None = None,
    focus: int = 0,
    measures: Measures | None = None,
    keep_measures: Callable[[object], None] | None = None,
) -> None:
    """Draw the image at `url` (pages.ui.common.image_route.image_url) under `overlay`, or `message` without an image.

    file: the same for every frame of one file, so that window and zoom stay while frames change.
    outline: rows of cells over the image, True inside the outlined area.
    places: rectangles by number that the reader may move and resize, and draw others beside; None where there are none
    to be set. places_heard: the name of each change of places_set that is in them, and the number of its place.
    frame, frames: the chosen one, zero-based, and how many there are, also where this one cannot be drawn.
    stack: address of the frames (pages.ui.common.image_stack), which the viewer then fetches itself in place of `url`.
    key: differs between the viewers of a page. group: viewers of one group share window, zoom and overlay settings.
    address: query parameters that the page's address shall have, to which the viewer adds its cut-off.
    measures: what is kept of the frames (pages.ui.common.viewer.kept_measures); keep_measures: called, before the page
        is drawn again, with what the reader has changed. Without it measurements end with the page.
    focus: when it is higher than before, the viewer takes the keyboard focus.
    """
    data = {
        "image": image and image_data(image, url, file),
        "overlay": overlay,
        "outline": outline,
        "places": None if places is None else [{"number": number, **vars(box)} for number, box in places.items()],
        "places_heard": dict(places_heard),
        "heard": st.session_state.get(_turns_heard(key), 0),
        "message": message,
        "frame": frame,
        "frames": frames,
        "stack": stack or None,
        "file": file,
        "group": group,
        "address": address,
        "focus": focus,
        "measures": measures,
        "measures_heard": st.session_state.get(_heard(key)),
        "most_measures": MOST,
        "keeps_measures": keep_measures is not None,
        "words": viewer_words(),
    }

    def kept() -> None:
        report = (st.session_state.get(key) or {}).get("measures")
        if keep_measures is not None and report and report["upTo"] != st.session_state.get(_heard(key)):
            keep_measures(report["images"])
            st.session_state[_heard(key)] = report["upTo"]

    kept()  # once more: Streamlit gives a callback up when more has come from the browser
    _mount(key=key, data=data, on_asked_change=lambda: None, on_measures_change=kept, on_places_change=lambda: None)


def places_set(key: str) -> object:
    """Return what the browser says that the reader has set in the viewer of this key, in its order.

    A list, as long as places_heard does not name what is in it. Each is {name, file, number, top, left, bottom, right};
    `number` of a place that has none yet is the name of the change that drew it.
    """
    return (st.session_state.get(key) or {}).get("places") or []


def _heard(key: str) -> str:
    """Return where it is noted up to which change the browser's measurements have been heard of."""
    return f"{key} measures heard"


def _turns_heard(key: str) -> str:
    """Return where it is noted up to which turn of a frame the browser has been heard of."""
    return f"{key} turns heard"


@dataclass(frozen=True)
class Turn:
    """Hold what a reader has turned to: a zero-based frame of the file and stack that render_viewer was given then."""

    frame: int
    file: str
    stack: str


def follow_turns(key: str, follow: Callable[[Turn], bool]) -> bool:
    """Call `follow` with what the reader has just turned to in the viewer of this key, the last first, until one is.

    To be called before anything is drawn, since what is drawn may begin the run anew. follow: returns whether it has
    followed, and is not harmed by being called again with the same turn. Returns whether any was followed.
    """
    asked = unheard(key, st.session_state.get(_turns_heard(key), 0))
    followed = any(
        follow(Turn(int(said["frame"]), said["file"], said["stack"])) for _number, _name, said in reversed(asked)
    )
    if asked:
        st.session_state[_turns_heard(key)] = asked[-1][0]
    return followed


def follow_turn(key: str, file: str, turn: Callable[[int], None]) -> None:
    """Call `turn` with the zero-based frame that the reader has just chosen of this file; see `follow_turns`."""

    def follow(turned: Turn) -> bool:
        if turned.file == file:
            turn(turned.frame)
        return turned.file == file

    follow_turns(key, follow)


def image_data(image: DrawableImage, url: str, file: str) -> dict[str, Any]:
    """Return what the browser needs of an image besides its samples. url, file: as in `render_viewer`."""
    return {
        "url": url,
        "file": file,
        "name": f"{file} {image.frame}",
        "rows": image.rows,
        "columns": image.columns,
        "channels": image.channels,
        "slope": image.slope,
        "intercept": image.intercept,
        "window": image.window and vars(image.window),
        "voi_lut": image.voi_lut and _voi_lut_data(image.voi_lut),
        "inverted": image.inverted,
        "pixel_aspect": image.pixel_aspect,
        "spacing": image.spacing,
        "measured_at": image.measured_at,
        "frontal_chest": image_scale(image).frontal_chest,
        "modality": image.modality,
        "body_part": image.body_part,
        "description": image_description(image),
    }


def overlay_data(explanation: Explanation, label: Label, check: str = "", *, withheld: bool = False) -> dict[str, Any]:
    """Return the heat map of one label as int16 multiples of a step, with its scale and its placement on the image.

    Without a common scale the colours end at the map's own strongest evidence; then `fixed` is false.
    check: how the check of the map stands, for the legend. withheld: whether no colour is drawn; then the map stays
    here, and only the legend says what it is of.
    """
    legend = {
        "title": translated(label.title),
        "method": translated(METHODS[explanation.method].title),
        "signed": explanation.signed,
        "fixed": explanation.scale is not None,
        "check": check,
        "withheld": withheld,
    }
    if withheld:
        return legend
    heatmap = explanation.maps[label.name]
    strongest = float(np.abs(heatmap).max())
    step = strongest / _STEPS or 1.0
    samples = np.rint(heatmap / np.float32(step)).astype("<i2")
    return legend | {
        "rows": heatmap.shape[0],
        "columns": heatmap.shape[1],
        "samples": base64.b64encode(samples.tobytes()).decode("ascii"),
        "step": step,
        "scale": explanation.scale or strongest or 1.0,
        "negligible": WEAKEST_EVIDENCE * (explanation.scale or 0.0),
        "placement": vars(explanation.placement),
    }


def image_description(image: DrawableImage) -> str:
    """Return modality, body part, view, format, size and depth in one line, as far as the file states them."""
    stated = [image.modality, image.body_part, image.view, image.format, f"{image.columns} × {image.rows}"]
    return " · ".join(part for part in stated if part) + f" · {image.bits_stored} bit"


def _voi_lut_data(lut: VoiLut) -> dict[str, Any]:
    """Return the table as bytes, since the screen has 8 bits."""
    table = np.rint(lut.table * 255).astype(np.uint8)
    return {"first": lut.first, "table": base64.b64encode(table.tobytes()).decode("ascii")}
