"""A card as TOML that people like to read."""

import json
from pathlib import Path
from typing import Any

from meddx.model.card import Card

CARD_FILE = "card.toml"


def write_card(folder: Path, card: Card) -> None:
    """Replace `folder`/card.toml by `card`, checked once more first. Raises pydantic.ValidationError for a bad card."""
    content = Card.model_validate(card.model_dump()).model_dump(exclude_none=True)
    partial = folder / f".{CARD_FILE}.partial"
    partial.write_text(as_toml(content), encoding="utf-8")
    partial.replace(folder / CARD_FILE)


def as_toml(content: dict[str, Any]) -> str:
    """Scalars first, then a [table] for each dict, then [[tables]] for each sequence of dicts (TOML 1.0).

    A dict inside a table is written inline, and so is a sequence of scalars.
    """
    scalars = {key: value for key, value in content.items() if not _is_table(value) and not _is_tables(value)}
    parts = [_lines(scalars)]
    parts += [f"[{key}]\n{_lines(value)}" for key, value in content.items() if _is_table(value)]
    for key, value in content.items():
        if _is_tables(value):
            parts += [f"[[{key}]]\n{_lines(item)}" for item in value]
    return "\n\n".join(parts) + "\n"


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) > 0 and isinstance(value[0], dict)


def _lines(table: dict[str, Any]) -> str:
    return "\n".join(f"{key} = {_value(value)}" for key, value in table.items())


def _value(value: object) -> str:
    """JSON's strings, numbers and booleans are TOML's; DEL alone must be escaped in TOML and is not in JSON."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
