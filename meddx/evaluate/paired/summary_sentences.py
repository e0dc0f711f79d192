"""Write sentences on the difference between two systems, and their caveat."""

import math

from meddx.evaluate import metric_registry
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.non_inferiority import NonInferiority

SAME_NETWORK = "always the same"
"""In place of the interval of a difference that is 0 on any cases."""
DISAGREE = "test and interval disagree"
CAVEAT = (
    "This is one test set from one source; elsewhere the difference may be smaller or reversed. It shows which system "
    "did better on these cases, not whether either is good enough for patients."
)


_SAME_NETWORK = (
    "It cannot differ: both are one network, and calibrating it changes neither the order of the cases nor which label "
    "is most probable.",
    "What differs is the probabilities and the thresholds.",
)
_WIDER = (
    "The p-value judges the difference alone, in which errors that both make on the same cases cancel; the interval "
    "also allows for how uncertain each value is by itself, so it is wider."
)
_STRICT = "Where so few patients speak for one system or the other the exact p-value errs to the large side."
_AT_THE_LIMIT = "The p-value and the interval are of two methods, which part where the evidence lies just at the limit."
_UNSETTLED = "The test and the interval disagree, so these cases do not settle which is better."


def difference_sentence(
    one: PairedDifference, titles: dict[str, str], *, cases: int, patients: int, compared: int
) -> str:
    """Return `difference_sentences` as one text."""
    return " ".join(difference_sentences(one, titles, cases=cases, patients=patients, compared=compared))


def difference_sentences(
    one: PairedDifference, titles: dict[str, str], *, cases: int, patients: int, compared: int
) -> list[str]:
    """Return both values of a metric, their difference with interval, test and number of cases, and what it says.

    titles: system id -> title; cases, patients: how many; compared: number of pairs, for Holm's correction.
    """
    values = _values(one, titles, cases, patients)
    if one.same_network:
        return [values, *_SAME_NETWORK]
    if not one.defined:
        return [values, "No interval for the difference can be given from these cases."]
    p = one.p_adjusted if compared > 1 and not math.isnan(one.p_adjusted) else one.p
    return [values, _tested(one, p, compared), *_conclusion(one, titles, p, compared)]


def _values(one: PairedDifference, titles: dict[str, str], cases: int, patients: int) -> str:
    a, b = titles[one.a], titles[one.b]
    metric = metric_registry.row(one.metric)
    first, second = metric.text(one.first), metric.text(one.second)
    phrase = metric.phrase if metric.higher_is_better else f"{metric.phrase} (lower is better)"
    repeat = patients < cases
    if one.label and repeat:
        return (
            f"On the same {cases:,} cases of {patients:,} patients, {phrase} for {one.label} was {first} for {a} and "
            f"{second} for {b}."
        )
    if one.label:
        return f"On the same {cases:,} cases, {phrase} for {one.label} was {first} for {a} and {second} for {b}."
    if repeat:
        return (
            f"On the same {cases:,} cases of {patients:,} patients, {phrase} was {first} for {a} and {second} for {b}."
        )
    return f"On the same {cases:,} cases, {phrase} was {first} for {a} and {second} for {b}."


def _tested(one: PairedDifference, p: float, compared: int) -> str:
    metric = metric_registry.row(one.metric)
    difference, low, high = metric.signed(one.difference), metric.signed_limit(one.low), metric.signed_limit(one.high)
    if math.isnan(p):
        return f"The difference is {difference} (95 % interval {low} to {high}; {one.test}, no p-value)."
    found = p_value_text(p).removeprefix("p ")
    if compared > 1:
        return (
            f"The difference is {difference} (95 % interval {low} to {high}; {one.test}, p {found} after Holm's "
            f"correction for {compared} pairs)."
        )
    return f"The difference is {difference} (95 % interval {low} to {high}; {one.test}, p {found})."


def _conclusion(one: PairedDifference, titles: dict[str, str], p: float, compared: int) -> list[str]:
    """Return which system did better, or why these cases do not say. p: the p-value that is told."""
    holds_0 = one.low <= 0 <= one.high
    if one.p < 0.05 <= p and not holds_0:
        return [
            f"The interval is of this pair alone: allowing for {compared} pairs, these cases do not show which is "
            "better."
        ]
    if one.unsettled and (p < 0.05) == holds_0:
        return [_UNSETTLED, disagreement_sentence(one)]
    if p < 0.05:
        better = _capitalised(titles[one.a if one.gain[0] > 0 else one.b])
        return [f"{better} did better; chance alone is an unlikely explanation."]
    return ["These cases do not show which is better: any difference within the interval is plausible."]


def disagreement_sentence(one: PairedDifference) -> str:
    """Return why test and interval of a difference can disagree, as only those of areas and proportions can.

    Their interval is of another method than the p-value, since that of the test is too narrow near 1
    (meddx.evaluate.paired.limits, docs/comparison.md).
    """
    if one.p < 0.05 and (one.test.startswith("DeLong") or "over patients" in one.test):
        return _WIDER
    return _STRICT if one.p >= 0.05 and "exact" in one.test else _AT_THE_LIMIT


def margin_sentence(result: NonInferiority, titles: dict[str, str]) -> str:
    """Return whether non-inferiority was shown, with the largest plausible loss, or why that cannot be assessed.

    titles: system id -> title.
    """
    a, b = titles[result.a], titles[result.b]
    margin, loss = f"{result.margin:g}", f"{max(-result.lowest, 0.0):.3f}"
    if not result.assessable:
        return f"Whether {a} is non-inferior to {b} at a margin of {margin} is not assessable: {result.not_assessable}."
    if result.shown:
        return f"{_capitalised(a)} is non-inferior to {b} at a margin of {margin}: it loses at most {loss}."
    return (
        f"{_capitalised(a)} is not shown to be non-inferior to {b} at a margin of {margin}: it may lose up to {loss}."
    )


def _capitalised(name: str) -> str:
    """Return a name with a capital first letter, to begin a sentence."""
    return name[:1].upper() + name[1:]


def p_value_text(p: float) -> str:
    """Return a p-value as papers print it: "p = .012", "p < .001"."""
    if math.isnan(p):
        return "no p-value"
    digits = 4 if 0.045 < p < 0.055 else 3
    return "p < .001" if p < 0.001 else f"p = {p:.{digits}f}".replace("0.", ".", 1)
