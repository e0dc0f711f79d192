"""Write sentences on the difference between two systems, and their caveat."""

import math

from meddx.evaluate import metric_registry
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.non_inferiority import NonInferiority

SAME_NETWORK = "always the same"
"""In place of the interval of a difference that is 0 on any cases."""
DISAGREE = "test and interval disagree"
UNSETTLED = (
    "The test and the interval disagree, as they may where a few patients make most of the difference or there are few "
    "of them. These cases do not settle which is better."
)
CAVEAT = (
    "This is one test set from one source; elsewhere the difference may be smaller or reversed. It shows which system "
    "did better on these cases, not whether either is good enough for patients."
)


def difference_sentence(
    one: PairedDifference, titles: dict[str, str], *, cases: int, patients: int, compared: int
) -> str:
    """Return both values of a metric and their difference with interval, test and number of cases.

    titles: system id -> title; cases, patients: how many; compared: number of pairs, for Holm's correction.
    """
    a, b = titles[one.a], titles[one.b]
    metric = metric_registry.row(one.metric)
    about = metric.phrase + (f" ({metric.direction})" if metric.direction else "")
    about = f"{about} for {one.label}" if one.label else about
    same = f"On the same {cases:,} cases" + (f" of {patients:,} patients" if patients < cases else "")
    values = f"{same}, {about} was {metric.text(one.first)} for {a} and {metric.text(one.second)} for {b}"
    if one.same_network:
        return (
            f"{values}. It cannot differ: both are one network, and calibrating it changes neither the order of the "
            "cases nor which label is most probable. What differs is the probabilities and the thresholds."
        )
    if not one.defined:
        return f"{values}; no interval for the difference can be given from these cases."
    p = one.p_adjusted if compared > 1 and not math.isnan(one.p_adjusted) else one.p
    tested = f"{one.test}, {p_value_text(p)}" + (
        f" after Holm's correction for {compared} pairs" if compared > 1 else ""
    )
    difference = (
        f"{values}: a difference of {metric.signed(one.difference)} (95 % interval {metric.signed(one.low)} to "
        f"{metric.signed(one.high)}; {tested})."
    )
    if one.unsettled:
        return f"{difference} {UNSETTLED}"
    if p < 0.05:
        better = a if one.gain[0] > 0 else b
        return f"{difference} {_capitalised(better)} did better; chance alone is an unlikely explanation."
    return f"{difference} These cases do not show which is better: any difference within the interval is plausible."


def margin_sentence(result: NonInferiority, titles: dict[str, str]) -> str:
    """Return whether non-inferiority was shown, with the largest plausible loss, or why that cannot be assessed.

    titles: system id -> title.
    """
    a, b = titles[result.a], titles[result.b]
    if not result.assessable:
        about = f"Whether {a} is non-inferior to {b} at a margin of {result.margin:g}"
        return f"{about} is not assessable: {result.not_assessable}."
    loss = max(-result.lowest, 0.0)
    claim = f"non-inferior to {b} at a margin of {result.margin:g}"
    if result.shown:
        return f"{_capitalised(a)} is {claim}: it loses at most {loss:.3f}."
    return f"{_capitalised(a)} is not shown to be {claim}: it may lose up to {loss:.3f}."


def _capitalised(name: str) -> str:
    """Return a name with a capital first letter, to begin a sentence."""
    return name[:1].upper() + name[1:]


def p_value_text(p: float) -> str:
    """Return a p-value as papers print it: "p = .012", "p < .001"."""
    if math.isnan(p):
        return "no p-value"
    digits = 4 if 0.045 < p < 0.055 else 3
    return "p < .001" if p < 0.001 else f"p = {p:.{digits}f}".replace("0.", ".", 1)
