"""Text for PDF files: fonts that are embedded, Chinese, Japanese and Korean, and what stands for all other characters.

Bitstream Vera, which comes with ReportLab, is embedded. It has the Latin alphabets of western Europe. Embedding a font
for the East would add 5 to 20 MB to an installation, so its characters are drawn by the fonts that PDF readers bring
along for them (ISO 32000-1, 9.7.5.2, predefined CMaps).
"""

import unicodedata
from functools import cache
from html import escape
from itertools import groupby
from typing import Literal

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "MeddxVera", "MeddxVera-Bold"
NO_GLYPH = "?"
"""Stands for a character that no font has."""
_CHINESE, _JAPANESE, _KOREAN = "STSong-Light", "HeiseiMin-W3", "HYSMyeongJo-Medium"
_Script = Literal["kana", "hangul", "han"]


@cache
def register_fonts() -> frozenset[int]:
    """Make the fonts known to ReportLab; return the code points that the embedded ones have."""
    regular, bold = TTFont(REGULAR, "Vera.ttf"), TTFont(BOLD, "VeraBd.ttf")
    pdfmetrics.registerFont(regular)
    pdfmetrics.registerFont(bold)
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    for name in (_CHINESE, _JAPANESE, _KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return frozenset(regular.face.charToGlyph) & frozenset(bold.face.charToGlyph)


def markup(text: str) -> str:
    """Return plain text as markup of a ReportLab paragraph, each run of characters in a font that has it.

    Line breaks and control characters become spaces. A letter with an accent that the font lacks is drawn without it,
    any other character that no font has as NO_GLYPH.
    """
    known = register_fonts()
    characters = unicodedata.normalize("NFC", " ".join("".join(map(_printable, text)).split(" ")))
    scripts = {script for character in characters if (script := _script(character))}
    han = _JAPANESE if "kana" in scripts else _KOREAN if "hangul" in scripts else _CHINESE
    fonts = {"kana": _JAPANESE, "hangul": _KOREAN, "han": han}

    def font(character: str) -> str:
        script = None if ord(character) in known else _script(character)
        return fonts[script] if script else ""

    runs = ((name, "".join(run)) for name, run in groupby(characters, font))
    return "".join(
        f'<font name="{name}">{escape(run)}</font>' if name else escape(_drawable(run, known)) for name, run in runs
    )


def _printable(character: str) -> str:
    return " " if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") else character


def _drawable(run: str, known: frozenset[int]) -> str:
    def drawn(character: str) -> str:
        if ord(character) in known:
            return character
        bare = unicodedata.normalize("NFKD", character)[0]
        return bare if ord(bare) in known else NO_GLYPH

    return "".join(map(drawn, run))


def _script(character: str) -> _Script | None:
    """Return the script of a character of the basic plane that the eastern fonts have; None for all others."""
    point = ord(character)
    if 0x3040 <= point <= 0x30FF:
        return "kana"
    if 0xAC00 <= point <= 0xD7A3 or 0x3130 <= point <= 0x318F:
        return "hangul"
    return "han" if 0x3000 <= point <= 0x303F or 0x4E00 <= point <= 0x9FA5 or 0xFF01 <= point <= 0xFF5E else None
