"""The deletion curve: a label's probability as more and more of the image is blurred, the highlighted areas first."""

from meddx.types import MapCheck
from pages.ui.common.charts import style
from pages.ui.common.language.language import N_, _

ORDER_NAMES = {
    "map": N_("highlighted areas first"),
    "centre": N_("centre of the image first"),
    "random": N_("random order"),
}
DELETION_ALT = N_("Probability of the label against the share of the image that is blurred, for three orders of areas.")


def deletion_figure(check: MapCheck) -> style.Figure:
    """Return deletion curves (Petsiuk et al. 2018, arXiv:1806.07421), from the whole image to the largest share."""
    shares = [0.0, *check.shares]
    traces = [
        style.line_trace(_(name), shares, [check.whole or 0.0, *check.hidden[order]], series)
        for series, (order, name) in enumerate(ORDER_NAMES.items())
    ]
    x = style.axis(_("share of the image blurred"), tickformat=".0%")
    y = style.axis(_("probability of the label"), **style.UNIT_AXIS)
    return style.line_figure(traces, x, y, height=300)
