"""What the reader asks of a comparison: which two, of which label, in which metric, by which margin."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from meddx.evaluate import metric_registry
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.comparison import SPECIFICITY, comparable_labels
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.system import System


@dataclass
class ComparisonOptions:
    """label: None for all labels together. margin: None where non-inferiority is not asked."""

    both: tuple[System, System]
    label: str | None
    specificity: float = SPECIFICITY
    metric: str = "auroc"
    margin: float | None = None


def ask_options(aligned: Aligned, titles: Mapping[str, str]) -> ComparisonOptions:
    """Which two, and of which label."""
    known = {system.id: system for system in aligned.systems}
    ids = list(known)
    pairs = [(a, b) for at, a in enumerate(ids) for b in ids[at + 1 :]]
    pair = pairs[0]
    if len(pairs) > 1:
        words = {f"{a} {b}": f"{known[a].title} against {known[b].title}" for a, b in pairs}
        picked = st.selectbox("Which two", list(words), format_func=words.__getitem__, key="compare-pair")
        pair = pairs[list(words).index(picked)]
    asked = comparable_labels(aligned)
    label = asked[0]
    if len(asked) > 1:
        named = {one or "": titles[one] if one else "All labels" for one in asked}
        picked = st.segmented_control(
            "Label", list(named), default=asked[0] or "", required=True, format_func=named.__getitem__,
            key=f"compare-label {aligned.labels}", label_visibility="collapsed",
        )  # fmt: skip
        label = picked or None
    return ComparisonOptions((known[pair[0]], known[pair[1]]), label)


def ask_specificity(asked: ComparisonOptions) -> float:
    """At which sensitivities are matched; of one label with probabilities only."""
    if asked.label is None or not (asked.both[0].scored and asked.both[1].scored):
        return SPECIFICITY
    return st.number_input(
        "Sensitivities at a specificity of", 0.5, 0.99, SPECIFICITY, 0.01, format="%.2f", key="compare-specificity",
        help="Each at the threshold that gives it this specificity on these cases, instead of its own threshold.",
    )  # fmt: skip


def ask_summary(asked: ComparisonOptions, found: Mapping[str, PairedDifference]) -> None:
    """Which metric to put into words, and the margin of non-inferiority in it."""
    metrics = metric_registry.ordered(found)
    asked.metric = st.selectbox("Metric to quote", metrics, format_func=metric_registry.title, key="compare-metric")
    margin = st.number_input(
        "Non-inferiority margin", 0.0, 1.0, 0.0, 0.005, format="%.3f", key="compare-margin",
        help="How much worse is still acceptable, in the metric's units. Set it before you look. 0: not asked.",
    )  # fmt: skip
    asked.margin = margin or None
