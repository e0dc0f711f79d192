"""Map the classes of the reader's data set to a model's labels."""

from collections.abc import Mapping, Sequence

from meddx.errors import Refused
from meddx.evaluate.label_grouping import group_labels
from meddx.model.card import Card
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated

OWN_IMAGES = N_("Own images")
"""Name of a data set that has none."""


def data_set_name(name: str) -> str:
    """Return a data set's name as pages draw it: what its owner called it stays."""
    return _(OWN_IMAGES) if name == OWN_IMAGES else name


def suggested_labels(name: str, card: Card) -> tuple[str, ...]:
    """Return the labels that a class probably means, () where none fits and the reader must choose.

    Labels with that name or title; for a number, the label at that position; else labels whose title contains the
    word. Case and punctuation are ignored.
    """
    wanted = _plain(name)
    same = tuple(label.name for label in card.labels if wanted in (_plain(label.name), _plain(label.title)))
    if same or not wanted:
        return same
    if wanted.isdecimal():
        return (card.labels[int(wanted)].name,) if int(wanted) < len(card.labels) else ()
    close = tuple(
        label.name for label in card.labels if wanted in f"{_plain(label.name)} {_plain(label.title)}".split()
    )
    return close if card.task == "exclusive" else close[:1]


def mapping_fault(card: Card, classes: Mapping[str, Sequence[str]]) -> str:
    """Return why a model cannot be evaluated with these classes (name -> labels), "" where it can.

    Without classes the set's table has a column for each label.
    """
    if classes and not any(classes.values()):
        return _("Choose a label for at least one class.")
    try:
        group_labels(card, classes)
    except Refused as refused:
        return translated(refused.reason)
    return ""


def mapping_text(classes: Mapping[str, Sequence[str]], titles: Mapping[str, str]) -> str:
    """Return the mapping as one line of the report. titles: label -> title."""
    if not classes:
        return "One column for each label"
    return "; ".join(
        f"{name}: {' or '.join(titles[label] for label in labels) or 'left out'}" for name, labels in classes.items()
    )


def _plain(text: str) -> str:
    return " ".join("".join(one if one.isalnum() else " " for one in text.casefold()).split())
