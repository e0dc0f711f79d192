"""How the label's probability moves as ever more of the image is hidden, the most marked places first."""

from meddx.types import MapCheck
from pages.ui.common.charts import style

ORDER_NAMES = {"map": "this map first", "centre": "the image's middle first", "random": "places at random first"}
DELETION_ALT = "Probability against the share of the image that is blurred, by three orders of places."


def deletion_figure(found: MapCheck) -> style.Figure:
    """Deletion curves (Petsiuk et al. 2018, arXiv:1806.07421), from the whole image to the largest share hidden."""
    shares = [0.0, *found.shares]
    traces = [
        style.line_trace(words, shares, [found.whole, *found.hidden[order]], series)
        for series, (order, words) in enumerate(ORDER_NAMES.items())
    ]
    x = style.axis("share of the image blurred", tickformat=".0%")
    y = style.axis("probability", **style.UNIT_AXIS)
    return style.line_figure(traces, x, y, height=300)
