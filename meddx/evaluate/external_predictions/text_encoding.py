"""Tell in which encoding of before Unicode a table was written, from few words."""

import re
import unicodedata
from collections.abc import Callable

from meddx.evaluate.external_predictions.column_names import CASE, LABEL, SCORE
from meddx.evaluate.external_predictions.truth_words import ABSENT, PRESENT

WESTERN = "Windows-1252"
PLAUSIBLE = 0.8
"""Share of characters outside ASCII that must be usual in another encoding than the Western one."""
_SIGNS = "“”„\u2018\u2019\u201a–—…€°±²³µ·×«»§©®™¿¡ºª%\N{NO-BREAK SPACE}、。・「」ー\uff1b\uff1a"
_FREQUENT = "оеаинтср"
"""The letters that make up half of a Russian text; they tell the two encodings of Cyrillic apart."""
_KNOWN = frozenset(word for word in (*CASE, *LABEL, *SCORE, *PRESENT, *ABSENT) if not word.isascii())


def legacy_text(data: bytes) -> tuple[str, str]:
    """Return the text, and the name of its encoding, of bytes that are no UTF-8.

    A table has few words outside ASCII, too few for statistics of languages. So an encoding is taken in which names of
    columns or yes and no are read (column_names, truth_words); else the one whose characters are the most usual: words
    of one alphabet and one case, and of Chinese, Japanese and Korean the first level of their character sets. Where
    none is clearly better, it is Windows-1252.
    """
    lines = list(dict.fromkeys(line for line in data.splitlines() if not line.isascii()))
    sample = b"\n".join(lines[:200])
    readings = {name: text for name, (codec, _) in _ENCODINGS.items() if (text := _decoded(sample, codec)) is not None}
    merits = {name: (_known(text), _usual(text, _ENCODINGS[name][1])) for name, text in readings.items()}
    order = sorted(readings, key=lambda name: (*merits[name], name == WESTERN, _frequent(readings[name])), reverse=True)
    for name in order:
        known, usual = merits[name]
        if name == WESTERN or not (known or usual >= PLAUSIBLE):
            break
        text = _decoded(data, _ENCODINGS[name][0])
        if text is not None:
            return text, name
    western = _decoded(data, "cp1252")
    return (data.decode("latin-1") if western is None else western), WESTERN


def _decoded(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _known(text: str) -> int:
    """Return how many letters of the text's different words belong to known ones."""
    return sum(len(word) for word in set(re.split(r"[\s,;|\"\d.:]+", text.casefold())) & _KNOWN)


def _frequent(text: str) -> int:
    return sum(one in _FREQUENT for one in text.lower())


def _usual(text: str, is_usual: Callable[[str, str], bool]) -> float:
    """Return the share of the characters outside ASCII that are usual where they stand.

    is_usual: says it of a character and the word that it is in.
    """
    outside = [(one, word[0]) for word in re.finditer(r"[^\W\d_]+|.", text) for one in word[0] if not one.isascii()]
    usual = sum(one in _SIGNS or is_usual(one, word) for one, word in outside)
    return usual / max(1, len(outside))


def _western(one: str, word: str) -> bool:
    """Accented letters stand among others without accent."""
    return one.isalpha() and (len(word) == 1 or any(other.isascii() for other in word))


def _of(alphabet: str) -> Callable[[str, str], bool]:
    """Words of one alphabet, in small or capital letters, or with a capital first."""

    def usual(one: str, word: str) -> bool:
        cased = word.islower() or word.isupper() or (word[0].isupper() and word[1:].islower())
        return cased and all(unicodedata.name(letter, "").startswith(alphabet) for letter in word)

    return usual


def _first_level(codec: str, low: int, high: int, *scripts: str) -> Callable[[str, str], bool]:
    """Characters whose first byte lies from `low` to `high`, or of the scripts."""

    def usual(one: str, _: str) -> bool:
        name = unicodedata.name(one, "")
        return name.startswith(scripts) or (low <= one.encode(codec)[0] <= high and len(one.encode(codec)) == 2)

    return usual


_ENCODINGS: dict[str, tuple[str, Callable[[str, str], bool]]] = {
    WESTERN: ("cp1252", _western),
    "Windows-1251": ("cp1251", _of("CYRILLIC")),
    "KOI8-R": ("koi8_r", _of("CYRILLIC")),
    "Windows-1253": ("cp1253", _of("GREEK")),
    "Shift-JIS": ("cp932", _first_level("cp932", 0x88, 0x97, "HIRAGANA", "KATAKANA", "FULLWIDTH")),
    "EUC-KR": ("cp949", _first_level("cp949", 0xB0, 0xC8, "FULLWIDTH")),
    "GB 18030": ("gb18030", _first_level("gb18030", 0xB0, 0xD7, "FULLWIDTH")),
    "Big5": ("big5", _first_level("big5", 0xA4, 0xC6, "FULLWIDTH")),
}
"""By the name that users know: Python's codec, and what is usual in it (JIS X 0208, GB 2312 and Big5 have their
frequent characters first, KS X 1001 the Korean ones). Of equals the first is taken: less is usual in it by chance."""
LEGACY_ENCODINGS = tuple(_ENCODINGS)
