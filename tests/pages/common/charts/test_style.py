from pages.ui.common.charts import style


def test_neighbouring_series_differ_in_colour_and_dash():
    for series in range(len(style.COLOURS) - 1):
        assert style.series_colour(series) != style.series_colour(series + 1)
        assert style.series_dash(series) != style.series_dash(series + 1)
    assert style.series_colour(len(style.COLOURS)) == style.series_colour(0)


def test_a_band_has_the_colour_of_its_series_as_rgb():
    assert style.series_colour(1) == "#E69F00"
    assert style.series_band_colour(1) == "rgba(230, 159, 0, 0.18)"


def test_a_reference_line_without_a_name_has_no_legend():
    assert style.reference_line([0, 1], [0, 1])["showlegend"] is False
    assert style.reference_line([0, 1], [0, 0], "treat none")["showlegend"] is True


def test_a_step_line_keeps_each_value_until_the_next_x():
    assert style.step_trace("a", [0, 1], [1, 0])["line"]["shape"] == "hv"
    assert "shape" not in style.line_trace("a", [0, 1], [1, 0])["line"]
