"""Print a comparison on the terminal: every difference as a row, then sentences that may be quoted."""

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from meddx.config import RESEARCH_USE
from meddx.evaluate import metric_registry
from meddx.evaluate.cautions import MANY_LOOKS
from meddx.evaluate.intervals import Interval
from meddx.evaluate.paired.agreement import agreement, fleiss_agreement
from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.comparison import Comparison
from meddx.evaluate.paired.consensus import cost
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.non_inferiority import non_inferiority
from meddx.evaluate.paired.summary_sentences import CAVEAT, DISAGREE, difference_sentence, margin_sentence, p_value_text
from meddx.formatting import NOT_DEFINED, decimal, span

COLUMN_TITLES = ("a", "b", "metric", "label", "a", "b", "difference", "95 % interval", "test", "p", "adjusted", "n")


def print_comparison(found: Comparison, chosen: Sequence[PairedDifference], margin: float | None) -> None:
    """Print a comparison.

    chosen: the differences to put into words, and to test against the margin.
    """
    aligned = found.aligned
    titles = {system.id: system.title for system in aligned.systems}
    console = Console() if sys.stdout.isatty() else Console(width=200)
    patients = aligned.systems[0].predictions.n_patients
    console.print(f"{len(aligned)} common cases of {patients} patients, {aligned.n_dropped} dropped")
    for name, labels in aligned.unaligned.items():
        if labels:
            console.print(f"{name}: not compared, since not all others have it: {', '.join(labels)}")
    console.print(_table(found.differences))
    _agreement(console, aligned, sorted({(one.a, one.b) for one in chosen}))
    for system in aligned.systems:
        if system.kind == "consensus":
            console.print(cost(system))
    pairs = len({(one.a, one.b) for one in found.differences})
    for one in chosen:
        console.print(difference_sentence(one, titles, cases=len(aligned), patients=patients, compared=pairs))
        if margin is not None:
            for of in non_inferiority(one, margin):
                console.print(margin_sentence(of, titles))
    console.print(f"{MANY_LOOKS} {CAVEAT} {RESEARCH_USE}", style="dim")


def _table(differences: Sequence[PairedDifference]) -> Table:
    table = Table(*COLUMN_TITLES, box=None)
    for one in differences:
        metric = metric_registry.row(one.metric)
        table.add_row(
            one.a,
            one.b,
            metric.title + (f", {metric.direction}" if metric.direction else ""),
            one.label or "all",
            metric.text(one.first),
            metric.text(one.second),
            metric.signed(one.difference),
            f"{metric.signed_limit(one.low)} to {metric.signed_limit(one.high)}" if one.defined else NOT_DEFINED,
            one.test,
            p_value_text(one.p) + (f" ({DISAGREE})" if one.unsettled else ""),
            p_value_text(one.p_adjusted),
            str(one.n),
        )
    return table


def _agreement(console: Console, aligned: Aligned, pairs: Sequence[tuple[str, str]]) -> None:
    """Print Cohen's kappa of every pair, and Fleiss' of more than two.

    Over all labels, where these exclude each other; else nothing.
    """
    if not aligned.exclusive:  # the most probable label is called, so that no threshold is needed
        return
    for a, b in pairs:
        one = agreement(aligned, a, b)[0]
        console.print(
            f"{a} and {b} say the same of {_words(one.same)} of the cases, Cohen's kappa {_words(one.kappa)}; "
            f"only {a} is right in {one.only_a}, only {b} in {one.only_b}"
        )
    kappa = fleiss_agreement(aligned)
    if kappa is not None:
        console.print(f"All of them: Fleiss' kappa {_words(kappa)}")


def _words(one: Interval) -> str:
    return f"{decimal(one.value)} ({span(one.low, one.high)})"
