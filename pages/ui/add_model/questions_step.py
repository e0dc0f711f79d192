"""Ask what neither the file nor the labelled images say: names, the output to use, its labels, its input."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import streamlit as st

from meddx.errors import Refused
from meddx.install.choices import RESIZES, AddChoices, numbered_label, proposed_head, settle, usual_labels
from meddx.model.importing.found_model import ChannelOrder, FoundHead, FoundModel, Resize, Scaling
from pages.ui.add_model.images_step import GivenImages
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.choice_boxes import radio_buttons, select_box
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated

SCALING_TEXTS: dict[Scaling, str] = {
    "inside": N_("the model scales them itself (0 to 255 go in)"),
    "0-1": N_("0 to 1"),
    "0-255": N_("0 to 255"),
    "-1-1": N_("−1 to 1"),
    "imagenet": N_("ImageNet: RGB minus mean, over deviation"),
    "caffe": N_("Caffe: BGR minus channel means"),
    "standardize": N_("each image to mean 0 and deviation 1"),
}
RESIZE_TEXTS: dict[Resize, str] = {
    "pad": N_("padded, proportions kept"),
    "stretch": N_("stretched to the input"),
    "crop": N_("cropped, proportions kept"),
}
_USUAL_ORDER = {
    True: N_("These are the table's columns of labels, in their order."),
    False: N_("The classes' alphabetical order is usual, as Keras numbers folders."),
}
"""By whether the labels come from a table's columns."""
_KEY = "add-model"


def render_questions(
    found: FoundModel, images: GivenImages | None, proposed_id: str, proposed_title: str
) -> AddChoices | None:
    """Draw the questions with the likely answers filled in; return the choices, None while one is open.

    Scaling, resize and the order of channels are asked here only without labelled images, which else tell them.
    """
    left, right = st.columns(2, gap="medium")
    title = left.text_input(_("Name of the model"), proposed_title, max_chars=80, key=f"{_KEY} title {proposed_title}")
    id = right.text_input(_("Id, the name of its folder"), proposed_id, max_chars=60, key=f"{_KEY} id {proposed_id}")
    head = _head(found)
    exclusive = _exclusive(head)
    classes = list(images.classes) if images else []
    labels = _labels(head, classes, images.label_columns if images else ())
    choices = AddChoices(
        id=id.strip(), title=title.strip() or None, labels=labels, head=head.name, exclusive=exclusive,
        input=_input(found), data=Path(images.name) if images else None, classes=_classes(labels, classes),
        set_name=images.name if images else None,
    )  # fmt: skip
    if images is None:
        choices = replace(choices, scaling=_scaling(found), resize=_resize(), channel_order=_channel_order(found))
    return choices if _is_settled(found, choices, classes) else None


def _is_settled(found: FoundModel, choices: AddChoices, classes: Collection[str]) -> bool:
    """Return whether nothing is open any more; say what is."""
    try:
        settle(found, choices, classes)
    except Refused as refused:
        st.caption(translated(refused.reason.split(" Type --")[0]))
        return False
    if choices.id in installed_models().cards:
        st.caption(_("A model {id} is installed already; choose another id.").format(id=choices.id))
        return False
    if choices.data is None and (choices.scaling is None or choices.resize is None):
        st.caption(_("Choose how images are prepared: without labelled images only you can say."))
        return False
    return True


def _head(found: FoundModel) -> FoundHead:
    if len(found.heads) == 1:
        return found.heads[0]
    heads = {head.name: head for head in found.heads}
    proposed = list(heads).index(proposed_head(found).name)
    question = _("Output that is the answer")
    return heads[st.radio(question, list(heads), proposed, horizontal=True, key=f"{_KEY} head")]


def _exclusive(head: FoundHead) -> bool:
    if head.kind != "logits":
        return head.kind != "sigmoid"
    texts = {True: _("exactly one is true of an image"), False: _("several may be true")}
    question = _("Its labels")
    options = list(texts)
    return radio_buttons(question, options, format_func=texts.__getitem__, horizontal=True, key=f"{_KEY} task")


def _labels(head: FoundHead, classes: list[str], columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the labels in the order of the outputs, () while they are not all named."""
    count = max(head.units, 2)
    usual = list(usual_labels(head, classes, columns)) or [""] * count
    if head.units == 1:
        st.caption(_("The output is one number. A low one means the first label, a high one the second."))
        if len(classes) == 2:
            question = _("A high number means")
            present = st.radio(question, usual, index=1, horizontal=True, key=f"{_KEY} present {usual}")
            return tuple([one for one in usual if one != present] + [present])
        places = [_("Absent (low)"), _("Present (high)")]
    else:
        order = _(_USUAL_ORDER[bool(columns)]) if any(usual) else ""
        st.caption(paragraph([_("Labels in the order of the model's outputs."), order]))
        places = [_("Output {number}").format(number=place + 1) for place in range(count)]
    beside = st.columns(min(count, 4))
    typed = [
        beside[place % len(beside)].text_input(text, usual[place], max_chars=60, key=f"{_KEY} label {place} {usual}")
        for place, text in enumerate(places)
    ]
    labels = tuple(one.strip() for one in typed)
    return labels if all(labels) else ()


def _classes(labels: tuple[str, ...], classes: list[str]) -> dict[str, str]:
    """Return the label of each class of the images that is named otherwise; ask for those."""
    known = {label.casefold() for label in labels}
    chosen: dict[str, str] = {}
    for name in classes if labels else []:
        if name.casefold() not in known:
            likely = numbered_label(name, labels)
            label = st.selectbox(
                _("Class {name} stands for").format(name=name), labels,
                index=None if likely is None else labels.index(likely), key=f"{_KEY} class {name} {labels}",
            )  # fmt: skip
            if label:
                chosen[name] = label
    return chosen


def _input(found: FoundModel) -> tuple[int, int] | None:
    if found.input is not None:
        return None
    left, right = st.columns(2)
    height, width = found.proposed_input
    rows = left.number_input(_("Rows of the input"), 16, 2048, height, key=f"{_KEY} rows")
    columns = right.number_input(_("Columns of the input"), 16, 2048, width, key=f"{_KEY} columns")
    st.caption(_("The file leaves the size open; this is the network's usual one."))
    return int(rows), int(columns)


def _scaling(found: FoundModel) -> Scaling | None:
    if len(found.scalings) == 1:
        return found.scalings[0]
    return select_box(
        _("Values that the model learned from"), found.scalings, index=None,
        format_func=lambda one: _(SCALING_TEXTS[one]),
        key=f"{_KEY} scaling", placeholder=_("As in the program that trained it"),
    )  # fmt: skip


def _channel_order(found: FoundModel) -> ChannelOrder | None:
    if found.channels == 1:
        return None
    texts: dict[ChannelOrder, str] = {"rgb": "RGB", "bgr": _("BGR, as OpenCV reads them")}
    return radio_buttons(
        _("Colours that the model learned from"), list(texts), format_func=texts.__getitem__, horizontal=True,
        key=f"{_KEY} channels",
    )  # fmt: skip


def _resize() -> Resize | None:
    return select_box(
        _("Images of another shape are"), RESIZES, index=None, format_func=lambda one: _(RESIZE_TEXTS[one]),
        key=f"{_KEY} resize", placeholder=_("As in the program that trained it"),
    )  # fmt: skip
