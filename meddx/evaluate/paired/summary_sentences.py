"""The sentence that may be quoted about a difference, and the caveat that goes with it."""

import math

from meddx.evaluate import metric_registry
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.non_inferiority import NonInferiority

CAVEAT = (
    "One test set of one source: elsewhere the difference may be smaller or the other way round. It says which ranked "
    "or called these cases better, not whether either is good enough for patients."
)


def difference_sentence(
    one: PairedDifference, titles: dict[str, str], *, cases: int, patients: int, compared: int
) -> str:
    """Return what these cases show of a difference, with both values, interval, test and n.

    titles: of the systems by id; compared: pairs of systems tested, which Holm's correction is over.
    """
    a, b = titles[one.a], titles[one.b]
    metric = metric_registry.row(one.metric)
    about = metric.phrase + (f" ({metric.direction})" if metric.direction else "")
    about += f" for {one.label}" if one.label else ""
    whom = f"On the same {cases:,} cases" + (f" of {patients:,} patients" if patients < cases else "")
    values = f"{whom}, {about} was {metric.text(one.first)} for {a} and {metric.text(one.second)} for {b}"
    if not one.defined:
        return f"{values}; these cases do not allow an interval for the difference."
    p = one.p_adjusted if compared > 1 and not math.isnan(one.p_adjusted) else one.p
    tested = f"{one.test}, {p_value_text(p)}" + (
        f" after Holm's correction for {compared} pairs" if compared > 1 else ""
    )
    told = (
        f"{values}: a difference of {metric.signed(one.difference)} (95 % interval {metric.signed(one.low)} to "
        f"{metric.signed(one.high)}; {tested})."
    )
    if p < 0.05:
        better = a if one.gain[0] > 0 else b
        return f"{told} {_begins(better)} did better, by more than chance among such cases explains."
    return f"{told} These cases do not settle which is better; differences across the whole interval fit them."


def margin_sentence(found: NonInferiority, titles: dict[str, str]) -> str:
    """Whether non-inferiority was shown."""
    a, b = titles[found.a], titles[found.b]
    lost = max(-found.lowest, 0.0)
    if found.shown:
        margin = f"the margin of {found.margin:g}"
        return f"{_begins(a)} is not worse than {b} by more than {margin}: it loses at most {lost:.3f}."
    return f"That {a} is not worse than {b} by more than {found.margin:g} is not shown: it may lose up to {lost:.3f}."


def _begins(name: str) -> str:
    """As the first word of a sentence."""
    return name[:1].upper() + name[1:]


def p_value_text(p: float) -> str:
    """A p-value as papers print it."""
    if math.isnan(p):
        return "no p-value"
    digits = 4 if 0.045 < p < 0.055 else 3
    return "p < .001" if p < 0.001 else f"p = {p:.{digits}f}".replace("0.", ".", 1)
