"""Print the output of `meddx model` on the terminal."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from meddx.config import RESEARCH_USE

if TYPE_CHECKING:
    from meddx.install.add_model import AddedModel
    from meddx.install.import_report import ImportCheck
    from meddx.install.tried_preprocessing import Preprocessing, PreprocessingComparison

_MARKS = {"passed": "ok", "warning": "LOOK", "failed": "FAILED", "not measured": "-"}
_MOST_NAMED = 5
"""Images left out by one rule that are named."""


def print_tried(compared: "PreprocessingComparison", best: "Preprocessing") -> None:
    """Print how well each way to prepare images suits the model, on stderr; `best` is marked."""
    table = Table(
        "scaling", "channels", "resize", "AUROC", "log loss", "", box=None, title=f"on {compared.n} labelled images"
    )
    for one in compared.tried:
        resize = "(all alike)" if compared.same_shape else one.resize
        mark = "<- best" if one.way == best else ""
        table.add_row(one.scaling, one.channel_order, resize, f"{one.auroc:.3f}", f"{one.log_loss:.3f}", mark)
    Console(stderr=True).print(table)


def print_added(added: "AddedModel") -> None:
    """Print what was added, how well it does and what its checks found."""
    from meddx.evaluate import metric_registry

    card, report = added.card, added.report
    print(f"{added.folder}: {card.title} {card.version}")
    size = card.input
    print(f"Labels: {', '.join(label.name for label in card.labels)}. Input {size.height} x {size.width} x "
          f"{size.channels}{f' ({size.channel_order})' if size.channel_order else ''}, scaling {size.scaling}, "
          f"resize {size.resize}.")  # fmt: skip
    for note in report.notes:
        print(note)
    if report.set_name is not None:
        print(
            f"{report.set_name}: {report.images:,} images{report.of_patients}; {report.calibration:,} to calibrate on, "
            f"{report.test:,} to test on."
        )
    _print_left_out(added)
    before = {one.metric: one.estimate.value for one in added.measured_before if one.label is None}
    for one in added.measured:
        if one.label is None:
            metric = metric_registry.row(one.metric)
            estimate = one.estimate
            span = metric.span(estimate.low, estimate.high)
            earlier = f"; {metric.text(before[one.metric])} before" if one.metric in before else ""
            print(f"  {metric.title}: {metric.text(estimate.value)} ({span}), n {estimate.n}{earlier}")
    for what, why in report.unknown_by_reason.items():
        print(f"Not known: {what}. {why}")
    print_checks(report.checks)
    print(RESEARCH_USE, file=sys.stderr)


def _print_left_out(added: "AddedModel") -> None:
    for rule, count in added.report.refused.items():
        print(f"{count} {'image was' if count == 1 else 'images were'} left out ({rule}):", file=sys.stderr)
        named = [f"  {case}: {one.reason}" for case, one in added.left_out.items() if one.rule == rule]
        print(*named[:_MOST_NAMED], sep="\n", file=sys.stderr)
        if len(named) > _MOST_NAMED:
            print(f"  and {len(named) - _MOST_NAMED} more", file=sys.stderr)


def print_checks(checks: Iterable["ImportCheck"]) -> None:
    """Print a line for each check."""
    for check in checks:
        print(f"{_MARKS[check.verdict]:>6}  {check.title}: {check.words}")
