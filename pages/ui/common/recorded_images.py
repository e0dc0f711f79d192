"""The images behind recorded predictions, where this machine has them, and opening one in Diagnose."""

import hashlib
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Literal, cast, get_args

import streamlit as st

from meddx.config import data_dir
from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledCase
from meddx.evaluate.sets.npz_member import CHANGED
from meddx.evaluate.sets.recipe_sets import recipe_path, recipe_sets
from meddx.types import Refusal, StoredFrame
from pages.ui.common import model_choice
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.formatting import listed
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import session

RecordedSplit = Literal["validation", "test"]
_DIGITS = 16


def recorded_image(model_id: str, case_id: str, split: RecordedSplit = "test") -> StoredFrame | Refusal:
    """Return the image of a recorded case; a Refusal says what this machine lacks."""
    try:
        try:
            return _case(model_id, case_id, split).stored()
        except Refused as refused:
            if refused.rule != CHANGED:
                raise
            _read.cache_clear()
            return _case(model_id, case_id, split).stored()
    except Refused as refused:
        return Refusal(refused.rule, refused.reason)


def recorded_case(model_id: str, case_id: str, split: RecordedSplit = "test") -> LabelledCase | Refusal:
    """Return a recorded case with its boxes and masks; a Refusal says what this machine lacks."""
    try:
        return _case(model_id, case_id, split)
    except Refused as refused:
        return Refusal(refused.rule, refused.reason)


def _case(model_id: str, case_id: str, split: RecordedSplit) -> LabelledCase:
    case = _cases(_recipe(model_id), split).get(case_id)
    if case is None:
        raise Refused("no-case", "This machine's copy of the images has no case of this name: its version differs.")
    return case


def library_address(model_id: str, split: RecordedSplit, case_id: str) -> str:
    """Return the address of a recorded case, for links: by a digest, since the name may be that of a patient."""
    return f"{model_id}/{split}/{hashlib.sha256(case_id.encode()).hexdigest()[:_DIGITS]}"


def library_image(address: str) -> tuple[str, StoredFrame] | Refusal:
    """Return name and image of the case at such an address; a Refusal says what this machine lacks."""
    try:
        model_id, split, case = _library_case(address)
    except Refused as refused:
        return Refusal(refused.rule, refused.reason)
    image = recorded_image(model_id, case.id, split)
    return image if isinstance(image, Refusal) else (PurePosixPath(case.id).name, image)


def known_labels(address: str) -> str:
    """Return the titles of the labels that are true of the case at such an address, "" where nothing says so."""
    try:
        model_id, _split, case = _library_case(address)
    except Refused:
        return ""
    titles = {label.name: translated(label.title) for label in installed_models().cards[model_id].labels}
    return listed(titles.get(label, label) for label in case.labels) or _("none of the labels")


def _library_case(address: str) -> tuple[str, RecordedSplit, LabelledCase]:
    model_id, _slash, rest = address.partition("/")
    split, _slash, digest = rest.partition("/")
    if split not in get_args(RecordedSplit) or len(digest) != _DIGITS:
        raise Refused("no-case", "The address names no case.")
    known = cast(RecordedSplit, split)
    for case in _cases(_recipe(model_id), known).values():
        if library_address(model_id, known, case.id) == address:
            return model_id, known, case
    raise Refused("no-case", "This machine's copy of the images has no such case: its version differs.")


def open_in_diagnose(name: str, image: StoredFrame, model_id: str, library: str = "") -> None:
    """Add the image to the session unless it is there, open it with the model, and go to the Diagnose page.

    library: its library_address, where it is a recorded case.

    Ends the run of the script, as st.switch_page does: call it after a click, not in a callback.
    """
    images = session()
    present = next((case for case in images.cases if case.name == name and case.data == image.data), None)
    case = present or images.add(name, image.data, library)
    case.turn_to(image.frame)
    images.open(case)
    model_choice.choose_model(model_id)
    st.switch_page("diagnose.py")  # beside navigation.py, which Streamlit runs


def _recipe(model_id: str) -> Path:
    card = installed_models().cards.get(model_id)
    if card is None:
        raise Refused("no-model", "This model is not installed.")
    recipe = recipe_path(card)
    if not recipe.is_file():
        raise Refused("no-recipe", "This machine lacks the recipe that says where the model's images are.")
    return recipe


def _cases(recipe: Path, split: RecordedSplit) -> dict[str, LabelledCase]:
    return _read(recipe, hashlib.sha256(recipe.read_bytes()).hexdigest(), data_dir())[split]


@lru_cache(maxsize=8)
def _read(recipe: Path, digest: str, data: Path | None) -> dict[RecordedSplit, dict[str, LabelledCase]]:
    """Return the cases of each set by id.

    digest: of the recipe; data: the folder of public data sets. The list is cached by both, the images are not cached.
    """
    sets = recipe_sets(recipe)
    return {
        "validation": {case.id: case for case in sets.validation.cases},
        "test": {case.id: case for case in sets.test.cases},
    }
