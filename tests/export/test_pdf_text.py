"""Text of any script as markup for a PDF."""

import pytest

from meddx.export.pdf_text import NO_GLYPH, markup


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Müller, 5 × 3 ≥ −2 %", "Müller, 5 × 3 ≥ −2 %"),
        ("a < b & <b>c</b>", "a &lt; b &amp; &lt;b&gt;c&lt;/b&gt;"),
        ("łódź", "łódz"),
        ("😀א", 2 * NO_GLYPH),
        ("one\ntwo\tthree\x00\u202e", "one two three"),
        ("胸片 1", '<font name="STSong-Light">胸片</font> 1'),
        ("漢字かな", '<font name="HeiseiMin-W3">漢字かな</font>'),
        ("漢 한글", '<font name="HYSMyeongJo-Medium">漢</font> <font name="HYSMyeongJo-Medium">한글</font>'),
        ("", ""),
    ],
)
def test_text_is_drawn_by_a_font_that_has_it(text, expected):
    assert markup(text).rstrip() == expected
