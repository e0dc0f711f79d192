from pages.ui.diagnose.map_check import deletion_chart
from tests.pages.diagnose.map_check.test_verdict_text import check


def test_every_curve_begins_at_the_whole_image():
    traces = deletion_chart.deletion_figure(check())["data"]
    assert [trace["y"][0] for trace in traces] == [0.9] * 3
    assert traces[0]["x"] == [0.0, 0.1, 0.2]
    assert [trace["name"] for trace in traces] == list(deletion_chart.ORDER_NAMES.values())
