"""The filters of a list: each shows all until a value is chosen."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from streamlit.delta_generator import DeltaGenerator

from pages.ui.common.language.choice_boxes import select_box
from pages.ui.common.language.language import _

_Value = TypeVar("_Value")


def render_filter(
    place: DeltaGenerator, label: str, options: Sequence[_Value], key: str, title: Callable[[_Value], str] = str
) -> _Value | None:
    """Draw a filter and return the value that is chosen, None for all.

    label: in the reader's language, and so is what title returns of a value.
    """
    return select_box(label, options, index=None, placeholder=_("All"), key=key, format_func=title, place=place)
