"""List the words for present and absent findings, and recognise them."""

import re

PRESENT = frozenset(
    {
        "1", "true", "t", "yes", "y", "positive", "pos", "+", "present", "ja", "oui", "sí", "si", "sim", "да",
        "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "sant", "prawda", "истина", "是", "はい",
    }
)  # fmt: skip
ABSENT = frozenset(
    {
        "0", "false", "f", "no", "n", "negative", "neg", "-", "absent", "-1", "nein", "non", "não", "nee", "нет",
        "falsch", "faux", "falso", "onwaar", "falskt", "fałsz", "ложь", "否", "いいえ",
    }
)  # fmt: skip
"""Spreadsheets write their truth values in the language they are used in.

-1 is absent where 1 is present and no 0 is there (labels of support vector machines), see `are_two_valued`."""


def present(value: str) -> bool | None:
    """Return whether a word means present (True) or absent (False), None for neither."""
    word = _word(value)
    return True if word in PRESENT else False if word in ABSENT else None


def are_two_valued(values: set[str]) -> bool:
    """Return whether all values are words for present and absent.

    -1 and 0 together are not, as beside 1 they are three values.
    """
    words = {_word(value) for value in values}
    if not words or not words <= PRESENT | ABSENT:
        return False
    return not ("-1" in words and "0" in words)


def _word(value: str) -> str:
    """Return the word without regard to case, and 1 and 0 without decimals: "1,0", "0.00"."""
    whole = re.fullmatch(r"(-?[01])[.,]0+", value)
    return whole[1] if whole else value.casefold()
