"""Check what is given beside an image against the card, and say what an answer goes without."""

from collections.abc import Mapping

from meddx.errors import Refused
from meddx.model.card import Card
from meddx.model.record_encoding import check_names
from meddx.types import Contributions


def check_taken(card: Card, record: Mapping[str, str], note: str) -> None:
    """Raise Refused for a record with a field that the card does not have, and for a note that it does not take."""
    check_names(card.fields, record)
    if note.strip() and card.note is None:
        raise Refused("takes-no-note", f"{card.title} takes no note; leave it out, or choose a model that does.")


def sentences(card: Card, shared: Contributions) -> tuple[str, ...]:
    """Return what the answer goes without, one sentence each; the values given are not repeated."""
    titles = {field.name: _within_sentence(field.title) for field in card.fields}
    accepted = {field.name: field.accepted for field in card.fields}
    missing = [titles[name] for name, fault in shared.faults.items() if fault == "missing"]
    if card.note is not None and not shared.has_note:
        missing.append("a note")
    said = []
    if missing:
        said.append(f"Answered without {_listed(missing)}.")
    for name, fault in shared.faults.items():
        if fault == "out of range":
            said.append(f"Answered without {titles[name]}: what was given is out of range ({accepted[name]}).")
        elif fault == "unknown value":
            said.append(f"Answered without {titles[name]}: what was given is none of its values ({accepted[name]}).")
    if shared.unread:
        said.append(
            f"Of the note the first {len(shared.words)} words were read; {shared.unread} "
            f"{'was' if shared.unread == 1 else 'were'} not."
        )
    return tuple(said)


def given_sentence(card: Card, shared: Contributions) -> str:
    """Return which fields were given beside the image, and whether a note was; neither values nor words."""
    given = [_within_sentence(field.title) for field in card.fields if field.name not in shared.faults]
    given += ["a note"] if shared.has_note else []
    return f"Answered with {_listed(given)}." if given else "Answered from the image alone."


def _within_sentence(title: str) -> str:
    """Return a title with a small first letter, unless its first word is an abbreviation such as BMI or HbA1c."""
    first = title.split(maxsplit=1)[0]
    return title if first[1:] != first[1:].lower() else title[0].lower() + title[1:]


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
