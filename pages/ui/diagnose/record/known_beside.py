"""What is known of a case beside its image: from the file's header, the reader's table, and what the reader enters.

The later wins. It is derived anew whenever it is asked for, and kept with the case, whose results are by it.
"""

from dataclasses import dataclass, field
from typing import Literal

from meddx.model.card import Card
from meddx.types import ImageHeader
from pages.ui.common import engine_requests
from pages.ui.common.case_table import ImageNames, ListedCase, image_names, listed_note
from pages.ui.common.given import GivenBeside
from pages.ui.common.session import Session, SessionCase
from pages.ui.diagnose.record.stated_values import header_value, table_value

ValueSource = Literal["header", "table", "reader", ""]
"""Where a value is from; "" for none."""


@dataclass(frozen=True)
class Known:
    """Hold the text of a field or of the note, "" where it is not known, and where it is from."""

    text: str = field(repr=False)
    source: ValueSource


def is_known(session: Session, case: SessionCase, card: Card) -> bool:
    """Keep with the case what its model is to be told; return whether that is known yet, which takes the file's header.

    Always, for a model that takes images alone. The header is requested where it has not been read.
    """
    if derive(session, case, card):
        return True
    engine_requests.request_headers(session, case)  # which keeps what has been read since
    return derive(session, case, card)


def derive(session: Session, case: SessionCase, card: Card, images: ImageNames | None = None) -> bool:
    """Keep with the case what its model is to be told; return whether that is known, requesting nothing.

    images: names of the session's images, where they are at hand.
    """
    if not card.is_fused or case.unreadable is not None:
        return True
    if case.header is None:
        return False
    row = listed_row(session, case, images)
    fields = known_fields(case, card, case.header, row)
    record = tuple((name, known.text) for name, known in fields.items() if known.text)
    case.given[card.key] = GivenBeside(record, known_note(case, card, row).text)
    return True


def derive_all(session: Session, card: Card) -> None:
    """Keep with every image what the card's model is to be told of it now: the page shows each one's answer by that."""
    if card.is_fused:
        images = image_names(case.name for case in session.cases)
        for case in session.cases:
            derive(session, case, card, images)


def listed_row(session: Session, case: SessionCase, images: ImageNames | None = None) -> ListedCase | str:
    """Return the row of the case in the session's table, empty without a table, or why none is used, one sentence."""
    if session.table is None:
        return {}
    return session.table.row(case.name, images or image_names(one.name for one in session.cases))


def known_fields(case: SessionCase, card: Card, header: ImageHeader, row: ListedCase | str) -> dict[str, Known]:
    """Return what is known of every field of the card, by name."""
    entered = case.entered.get(card.key, {})
    found = {}
    for one in card.fields:
        listed = "" if isinstance(row, str) else table_value(one, row)
        stated = header_value(one, header)
        if one.name in entered:
            found[one.name] = Known(entered[one.name], "reader")
        else:
            found[one.name] = Known(listed or stated, "table" if listed else "header" if stated else "")
    return found


def known_note(case: SessionCase, card: Card, row: ListedCase | str) -> Known:
    """Return the note, for a card that takes one: the reader's own, else the table's."""
    if card.note is None:
        return Known("", "")
    if case.note is not None:
        return Known(case.note.strip(), "reader")
    listed = "" if isinstance(row, str) else listed_note(row).strip()
    return Known(listed, "table" if listed else "")
