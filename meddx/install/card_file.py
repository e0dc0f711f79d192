"""Write a model card as readable TOML."""

from pathlib import Path
from typing import Any

import tomli_w

from meddx.model.card import Card
from meddx.whole_file import whole_file

CARD_FILE = "card.toml"


def write_card(folder: Path, card: Card) -> None:
    """Replace `folder`/card.toml by `card`, validated again first.

    Raises pydantic.ValidationError for an invalid card.
    """
    content = Card.model_validate(card.model_dump()).model_dump(exclude_none=True)
    if not card.fields:  # of a model for images alone
        del content["fields"]
    with whole_file(folder / CARD_FILE) as file:
        file.write_text(as_toml(content), encoding="utf-8")


def as_toml(content: dict[str, Any]) -> str:
    """Return `content` as TOML 1.0: values first, then tables, then arrays of tables such as labels."""
    return tomli_w.dumps(dict(sorted(content.items(), key=lambda item: _repeats(item[1]))))


def _repeats(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) > 0 and isinstance(value[0], dict)
