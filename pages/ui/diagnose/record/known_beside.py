"""What is known of a case beside its image: from the file's header, the reader's table, and what the reader enters.

The later wins. It is derived anew whenever it is asked for, and kept with the case, whose results are by it.
"""

from dataclasses import dataclass
from typing import Literal

from meddx.model.card import Card
from meddx.types import ImageHeader
from pages.ui.common import engine_requests
from pages.ui.common.case_table import CaseTable, listed_note, listed_value
from pages.ui.common.given import GivenBeside
from pages.ui.common.session import Session, SessionCase
from pages.ui.diagnose.record.header_values import header_value

ValueSource = Literal["header", "table", "reader", ""]
"""Where a value is from; "" for none."""


@dataclass(frozen=True)
class Known:
    """Hold the text of a field or of the note, "" where it is not known, and where it is from."""

    text: str
    source: ValueSource


def is_known(session: Session, case: SessionCase, card: Card) -> bool:
    """Keep with the case what its model is to be told; return whether that is known yet, which takes the file's header.

    Always, for a model that takes images alone. The header is requested where it has not been read.
    """
    if not card.is_fused or case.unreadable is not None:
        return True
    if case.header is None:
        engine_requests.request_headers(session)
        return False
    fields = known_fields(case, card, case.header, session.table)
    record = tuple((name, known.text) for name, known in fields.items() if known.text)
    case.given[card.key] = GivenBeside(record, known_note(case, card, session.table).text)
    return True


def known_fields(case: SessionCase, card: Card, header: ImageHeader, table: CaseTable | None) -> dict[str, Known]:
    """Return what is known of every field of the card, by name."""
    entered = case.entered.get(card.key, {})
    row = table.row(case.name) if table is not None else {}
    found = {}
    for field in card.fields:
        listed = "" if isinstance(row, str) else listed_value(row, field.name)
        stated = header_value(field, header)
        if field.name in entered:
            found[field.name] = Known(entered[field.name], "reader")
        else:
            found[field.name] = Known(listed or stated, "table" if listed else "header" if stated else "")
    return found


def known_note(case: SessionCase, card: Card, table: CaseTable | None) -> Known:
    """Return the note, for a card that takes one: the reader's own, else the table's."""
    if card.note is None:
        return Known("", "")
    if case.note is not None:
        return Known(case.note.strip(), "reader")
    row = table.row(case.name) if table is not None else {}
    listed = "" if isinstance(row, str) else listed_note(row).strip()
    return Known(listed, "table" if listed else "")
