"""Which of a model's labels a class of the reader's set stands for."""

from collections.abc import Mapping, Sequence

from meddx.errors import Refused
from meddx.evaluate.label_grouping import group_labels
from meddx.model.card import Card


def suggested_labels(name: str, card: Card) -> tuple[str, ...]:
    """The labels of that name or title; of a number, the label at that place; else those whose title has the word.

    Compared without regard to case and punctuation. () where nothing fits: the reader must say.
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
    """Why a model cannot be measured by these classes (name -> labels), "" where it can. No classes: columns do."""
    if classes and not any(classes.values()):
        return "Say what at least one class stands for."
    try:
        group_labels(card, classes)
    except Refused as refused:
        return refused.reason
    return ""


def mapping_text(classes: Mapping[str, Sequence[str]], titles: Mapping[str, str]) -> str:
    """The mapping as a line of a report."""
    if not classes:
        return "A column for each label"
    return "; ".join(
        f"{name}: {' or '.join(titles[label] for label in labels) or 'left out'}" for name, labels in classes.items()
    )


def _plain(text: str) -> str:
    return " ".join("".join(one if one.isalnum() else " " for one in text.casefold()).split())
