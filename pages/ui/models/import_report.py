"""Show the report of how a user's model was added: what was found, tried and checked."""

from html import escape

import streamlit as st

from meddx.errors import Refused
from meddx.install.import_report import ImportCheck, ImportReport, read_report
from meddx.model.registry import InstalledModel
from pages.ui.common import glossary, html

VERDICTS = {"failed": "Failed", "warning": "Look at this", "not measured": "Not measured", "passed": "Passed"}
"""In the order in which a reader wants them."""


def render_import_report(model: InstalledModel) -> None:
    """Draw the report; nothing for a model that was not added from a file."""
    try:
        report = read_report(model.folder)
    except Refused as refused:
        st.caption(refused.reason)
        return
    if report is None:
        return
    st.header("Import report", anchor=False, help=glossary.meaning("import report"))
    st.caption(used_images(report))
    st.html(checks_table(report.checks))
    if report.unknown:
        st.html(html.titled_box("unknown", "Not known of this model", _capital(report.unknown_by_reason)))


def used_images(report: ImportReport) -> str:
    """Return how many images were used for what, one sentence."""
    if report.set_name is None:
        return "Added without labelled images: not calibrated and not tested here."
    left_out = sum(report.refused.values())
    return (
        f"Calibrated on {report.calibration:,} and tested on {report.test:,} images of {report.set_name}, "
        + (f"{report.patients:,} patients, none in both parts" if report.of_patients else "each a patient of its own")
        + (f"; {left_out:,} images could not be used." if left_out else ".")
    )


def checks_table(checks: tuple[ImportCheck, ...]) -> str:
    """Return HTML: every check with its verdict and what was found, those to look at first."""
    order = list(VERDICTS)
    rows = [
        (check.title, [f'<span class="verdict {check.verdict.replace(" ", "-")}">{VERDICTS[check.verdict]}</span>',
                       escape(check.words)])
        for check in sorted(checks, key=lambda check: order.index(check.verdict))
    ]  # fmt: skip
    return html.data_table("checks", "What was checked", ["Check", "Verdict", "Found"], rows)


def _capital(facts: dict[str, str]) -> dict[str, str]:
    return {name[:1].upper() + name[1:]: text for name, text in facts.items()}
