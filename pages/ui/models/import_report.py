"""Show the report of how a user's model was added: what was found, tried and checked."""

from html import escape

import streamlit as st

from meddx.errors import Refused
from meddx.install.import_report import ImportCheck, ImportReport, read_report
from meddx.model.registry import InstalledModel
from pages.ui.common import glossary, html
from pages.ui.common.language.formatting import capital, paragraph
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated

VERDICTS = {
    "failed": N_("Failed"),
    "warning": N_("Look at this"),
    "not measured": N_("Not measured"),
    "passed": N_("Passed"),
}
"""In the order in which a reader wants them."""


def render_import_report(model: InstalledModel) -> None:
    """Draw the report; nothing for a model that was not added from a file."""
    try:
        report = read_report(model.folder)
    except Refused as refused:
        st.caption(translated(refused.reason))
        return
    if report is None:
        return
    st.header(_("Import report"), anchor=False, help=glossary.meaning("import report"))
    st.caption(used_images(report))
    st.html(checks_table(report.checks))
    if report.unknown:
        st.html(html.titled_box("unknown", _("Not known of this model"), _capital(report.unknown_by_reason)))


def used_images(report: ImportReport) -> str:
    """Return how many images were used for what, one sentence."""
    if report.set_name is None:
        return _("Added without labelled images: not calibrated and not tested here.")
    if report.of_patients:
        used = _(
            "Calibrated on {calibration} and tested on {test} images of {name}, {patients} patients, none in both "
            "parts."
        )
    else:
        used = _("Calibrated on {calibration} and tested on {test} images of {name}, each a patient of its own.")
    said = used.format(
        calibration=number(report.calibration),
        test=number(report.test),
        name=report.set_name,
        patients=number(report.patients),
    )
    left_out = sum(report.refused.values())
    if not left_out:
        return said
    return paragraph([said, _("{count} images could not be used.").format(count=number(left_out))])


def checks_table(checks: tuple[ImportCheck, ...]) -> str:
    """Return HTML: every check with its verdict and what was found, those to look at first."""
    order = list(VERDICTS)
    rows = [
        (translated(check.title), [_verdict(check.verdict), escape(translated(check.words))])
        for check in sorted(checks, key=lambda check: order.index(check.verdict))
    ]
    return html.data_table("checks", _("What was checked"), [_("Check"), _("Verdict"), _("Found")], rows)


def _verdict(verdict: str) -> str:
    return f'<span class="verdict {verdict.replace(" ", "-")}">{_(VERDICTS[verdict])}</span>'


def _capital(facts: dict[str, str]) -> dict[str, str]:
    return {capital(translated(name)): translated(text) for name, text in facts.items()}
