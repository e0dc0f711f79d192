"""Ask for the options of a comparison: pair, label, metric, matched specificity and non-inferiority margin."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from meddx.evaluate import metric_registry
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.comparison import SPECIFICITY, comparable_labels
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.system import System
from pages.ui.common.language.choice_boxes import select_box
from pages.ui.common.language.language import _
from pages.ui.compare.system_titles import title_of
from pages.ui.evaluate.metric_titles import metric_title


@dataclass
class ComparisonOptions:
    """Hold the options. label: None for all labels together; margin: None without a test of non-inferiority."""

    pair: tuple[System, System]
    label: str | None
    specificity: float = SPECIFICITY
    metric: str = "auroc"
    margin: float | None = None


def ask_options(aligned: Aligned, titles: Mapping[str, str]) -> ComparisonOptions:
    """Draw the choice of pair and label; return the options. titles: label -> title."""
    systems = {system.id: system for system in aligned.systems}
    ids = list(systems)
    pairs = [(a, b) for position, a in enumerate(ids) for b in ids[position + 1 :]]
    pair = pairs[0]
    if len(pairs) > 1:
        pair_titles = {
            f"{a} {b}": _("{system} against {other}").format(system=title_of(systems[a]), other=title_of(systems[b]))
            for a, b in pairs
        }
        picked = select_box(_("Pair"), list(pair_titles), format_func=pair_titles.__getitem__, key="compare-pair")
        pair = pairs[list(pair_titles).index(picked)]
    labels = comparable_labels(aligned)
    label = labels[0]
    if len(labels) > 1:
        label_titles = {one or "": titles[one] if one else _("All labels") for one in labels}
        picked = st.segmented_control(
            _("Label"), list(label_titles), default=labels[0] or "", required=True,
            format_func=label_titles.__getitem__, key=f"compare-label {aligned.labels}", label_visibility="collapsed",
        )  # fmt: skip
        label = picked or None
    return ComparisonOptions((systems[pair[0]], systems[pair[1]]), label)


def ask_specificity(options: ComparisonOptions) -> float:
    """Draw the input for the specificity at which sensitivities are compared, and return it.

    The default without an input where all labels are compared together, or a system gives no probabilities.
    """
    if options.label is None or not (options.pair[0].scored and options.pair[1].scored):
        return SPECIFICITY
    return st.number_input(
        _("Compare sensitivity at specificity"), 0.5, 0.99, SPECIFICITY, 0.01, format="%.2f", key="compare-specificity",
        help=_("Each system is used at the threshold that gives this specificity here, not at its own threshold."),
    )  # fmt: skip


def ask_summary(options: ComparisonOptions, differences: Mapping[str, PairedDifference]) -> None:
    """Draw the inputs for the quoted metric and its non-inferiority margin, and set both in `options`."""
    metrics = metric_registry.ordered(differences)
    options.metric = select_box(_("Metric to quote"), metrics, format_func=metric_title, key="compare-metric")
    margin = st.number_input(
        _("Non-inferiority margin"), 0.0, 1.0, 0.0, 0.005, format="%.3f", key="compare-margin",
        help=_("The largest acceptable loss, in units of the metric. Decide before you see the result. 0: no test."),
    )  # fmt: skip
    options.margin = margin or None
