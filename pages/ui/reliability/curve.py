"""How the label's probability moves as ever more of the film is hidden, the most marked places first."""

from meddx.types import Reliability
from pages.ui.charts import style

NAMES = {"map": "this map first", "centre": "the film's middle first", "random": "places at random first"}
ALT = "Probability against the share of the film that is blurred, by three orders of places."


def figure(found: Reliability) -> style.Figure:
    """Deletion curves (Petsiuk et al. 2018, arXiv:1806.07421), from the whole film to the largest share hidden."""
    shares = [0.0, *found.shares]
    traces = [
        style.line(words, shares, [found.whole, *found.hidden[order]], series)
        for series, (order, words) in enumerate(NAMES.items())
    ]
    x = style.axis("share of the film blurred", tickformat=".0%")
    y = style.axis("probability", **style.UNIT)
    return style.figure(traces, x, y, height=300)
