"""Draw the same images under every method, a row each, with how the check of each map ended."""

import hashlib
from html import escape

import streamlit as st

from meddx.engine.contract import MAP_GALLERY
from meddx.explain.map_record import MapRecord, first_method
from meddx.explain.methods import METHODS, SLOW
from meddx.model.card import Card
from meddx.model.registry import InstalledModel
from meddx.types import MapGallery, MethodPicture
from pages.ui.common import notices
from pages.ui.common.language.formatting import capital, probability
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.presses import was_pressed
from pages.ui.common.recorded_images import open_in_diagnose
from pages.ui.common.session_job import render_session_job
from pages.ui.common.thumbnail import jpeg_uri
from pages.ui.explain.gallery.example_images import ExampleImage, example_images

_HELP = N_(
    "The line around an area is where readers marked the finding. The frame of a map says how its quick check ended: "
    "green passed, red failed, grey unclear or nothing marked. Maps that failed are drawn here to show what they look "
    "like; Diagnose withholds them."
)


def render_map_gallery(model: InstalledModel, record: MapRecord | None) -> None:
    """Draw the section: one image after the other, each as soon as the engine has drawn it."""
    st.header(_("The same images under every method"), anchor=False)
    examples = example_images(model)
    st.caption(examples.origin)
    if not examples.images:
        return
    slower = st.toggle(
        _("Slower methods too"),
        key="gallery-slower",
        help=_("Each takes up to a minute an image; occlusion is among them."),
    )
    methods = methods_to_draw(record, slower=slower)
    for image in examples.images:
        if not _row(model.card, image, methods):
            break  # the next begins when this one has ended
    st.caption(_(_HELP))


def methods_to_draw(record: MapRecord | None, *, slower: bool) -> tuple[str, ...]:
    """Return the methods, the model's default first: those that a reader can wait for, and others under SLOW passes."""
    default = first_method(record)
    names = [name for name, method in METHODS.items() if method.quick or (slower and method.passes < SLOW)]
    return tuple(dict.fromkeys([default, *names]))


def _row(card: Card, image: ExampleImage, methods: tuple[str, ...]) -> bool:
    """Draw one image's maps or how far they are; return whether they are there, or never will be."""
    digest = hashlib.sha256(image.stored.data).hexdigest()
    status = render_session_job(
        f"gallery {card.key} {digest} {image.stored.frame} {' '.join(methods)}",
        MAP_GALLERY,
        {
            "data": image.stored.data,
            "frame": image.stored.frame,
            "model": card.key,
            "label": image.label,
            "methods": methods,
            "boxes": image.boxes,
            "masks": image.masks,
        },
        _("Drawing the heat maps"),
    )
    if status is None:
        return False
    if not isinstance(status.result, MapGallery):
        notices.render_notice("refused", _("This image's maps cannot be drawn"), status.message)
        return True
    st.html(gallery_row(status.result, card))
    if was_pressed(st.button, _("Open in Diagnose"), key=f"gallery open {card.id} {digest}", type="tertiary"):
        open_in_diagnose(image.name, image.stored, card.id, image.address)
    return True


def gallery_row(gallery: MapGallery, card: Card) -> str:
    """Return the image and its maps side by side; HTML."""
    title = translated(next(label.title for label in card.labels if label.name == gallery.label))
    without = _("Image with {label}, no map").format(label=title)
    alone = (
        f'<figure class="alone"><img src="{jpeg_uri(gallery.jpeg)}" alt="{escape(without)}">'
        f"<figcaption><b>{escape(title)}</b>{probability(gallery.probability)}</figcaption></figure>"
    )
    return f'<div class="gallery">{alone}{"".join(_figure(one, title) for one in gallery.pictures)}</div>'


def _figure(one: MethodPicture, label_title: str) -> str:
    method, word = translated(METHODS[one.method].title), translated(one.word)
    description = _("{method} for {label}, quick check: {verdict}").format(
        method=method, label=label_title, verdict=word
    )
    reason = translated(f"{capital(one.reason)}.")
    return (
        f'<figure class="{one.word.partition(" ")[0]}" title="{escape(reason if one.reason else "")}">'
        f'<img src="{jpeg_uri(one.jpeg)}" alt="{escape(description)}">'
        f"<figcaption><b>{escape(method)}</b>{escape(word.capitalize())}</figcaption></figure>"
    )
