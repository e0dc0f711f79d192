"""Charts whose places are known: the plot runs from (58, 282) to (418, 30)."""

from meddx.export.svg_chart import BLUE, FRACTIONS, Axis, Bars, Dots, Line, plot

X, Y = Axis("across", FRACTIONS), Axis("up", FRACTIONS)


def test_ends_of_the_axes_are_the_corners_and_what_is_beyond_stays_inside():
    drawn = plot([Dots([0, 0.5, 1, 7], [0, 0.5, 1, -7])], X, Y, "dots")
    for x, y in (("58.0", "282.0"), ("238.0", "156.0"), ("418.0", "30.0"), ("418.0", "282.0")):
        assert f'<circle cx="{x}" cy="{y}"' in drawn
    assert drawn.count("<circle") == 4


def test_a_line_goes_straight_or_in_steps():
    straight, steps = (plot([Line([0, 0.5, 1], [0, 0.5, 1], steps=of)], X, Y, "line") for of in (False, True))
    assert 'd="M58.0 282.0L238.0 156.0L418.0 30.0"' in straight
    assert 'd="M58.0 282.0H238.0V156.0H418.0V30.0"' in steps


def test_bars_stand_on_zero_and_intervals_are_drawn_through_dots():
    bars = plot([Bars([0, 0.5, 1], [0.5, 1])], X, Y, "bars")
    assert f'<rect x="58.0" y="156.0" width="180.0" height="126.0" fill="{BLUE}"' in bars
    assert f'<rect x="238.0" y="30.0" width="180.0" height="252.0" fill="{BLUE}"' in bars
    assert "M238.0 282.0V30.0" in plot([Dots([0.5], [0.5], low=[0], high=[1])], X, Y, "dots")


def test_texts_are_escaped_and_only_named_marks_have_a_legend():
    marks = [Line([0, 1], [0, 1], name="<one>"), Line([0, 1], [1, 0])]
    drawn = plot(marks, Axis("a & b", (0, 1), "{:.0%}".format), Axis("<y>", (0, 1)), "<script>")
    for text in ("<title>&lt;script&gt;</title>", ">a &amp; b<", ">&lt;y&gt;<", ">&lt;one&gt;<", ">100%<"):
        assert text in drawn
    assert "<script>" not in drawn
    assert drawn.count('height="5"') == 1
