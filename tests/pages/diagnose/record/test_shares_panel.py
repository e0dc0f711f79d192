"""The shares under the chosen label."""

from meddx.types import Contributions, LabelShares
from pages.ui.diagnose.record.shares_panel import shares_html

SHARES = LabelShares(
    base=-0.5,
    parts={"image": 1.25, "record": -0.75, "note": 0.5},
    fields={"age": -0.75, "sex": 0.0, "smoker": 0.0},
    words=(0.504, -0.004),
)


def drawn(fused, **changes):
    of = {"faults": {"sex": "missing"}, "has_note": True, "shares": {"NODULE": SHARES}, "words": ("Cough", "<b>")}
    return shares_html(Contributions(**of | changes), 0.5, fused, fused.labels[2])


def test_rows_are_the_parts_the_fields_and_the_logit_that_they_add_up_to(fused):
    html = drawn(fused)
    for title, number in (("Without any part", "\N{MINUS SIGN}0.50"), ("Image", "+1.25"), ("Note", "+0.50")):
        assert f'<th scope="row">{title}</th><td>{number}</td>' in html
    assert '<th scope="row">Sex <small>missing</small></th><td>0.00</td>' in html
    assert '<th scope="row">Logit of Nodule</th><td>+0.50</td>' in html


def test_bars_go_from_the_middle_to_the_side_of_their_sign_in_one_scale(fused):
    html = drawn(fused)
    assert '<i class="for" style="left:50%;width:50.00%">' in html
    assert '<i class="against" style="right:50%;width:30.00%">' in html


def test_words_are_marked_where_they_have_a_share_and_are_not_read_as_html(fused):
    html = drawn(fused)
    assert "Cough <b>+0.50</b></span>" in html
    assert '<span data-share="-0.004000">&lt;b&gt;</span>' in html
    assert "Words of the note" not in drawn(fused, words=())


def test_what_is_not_exact_is_said(fused):
    assert "sampled orders" not in drawn(fused)
    assert "sampled orders" in drawn(fused, fields_exact=False)
    assert "add up to the note&#x27;s within 0.03" in drawn(fused, words_error=0.03)
