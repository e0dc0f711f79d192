"""Offer the report, the metrics, the differences and the discordant cases for download."""

import json
from collections.abc import Callable, Mapping
from io import StringIO

import streamlit as st

from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.comparison import Comparison
from meddx.evaluate.paired.comparison_json import comparison_document
from meddx.evaluate.paired.csv_tables import write_cases, write_differences
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.discordant_cases import discordant_cases
from meddx.evaluate.paired.version_replacement import replacements
from meddx.export.comparison_report import ComparedSystems, comparison_report
from meddx.export.data_tables import difference_tables
from meddx.export.spreadsheets import XLSX_TYPE, xlsx_bytes
from pages.ui.common.download.download_button import render_download
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.language import N_, _
from pages.ui.compare import cached_results, comparison_job
from pages.ui.compare.comparison_options import ComparisonOptions
from pages.ui.compare.system_picker import SystemChoice


def render_comparison_exports(
    choice: SystemChoice, aligned: Aligned, options: ComparisonOptions, titles: Mapping[str, str]
) -> None:
    """Draw the section "Export"; each file is made when its button is pressed. titles: label -> title."""
    st.header(_("Export"), anchor=False)
    st.caption(
        _(
            "All pairs, labels and metrics. The report is a single HTML file. The JSON file is that of `meddx compare "
            "--json`. Only the file of discordant cases contains case names."
        )
    )
    with st.container(horizontal=True, gap="small"):
        _button(N_("Report (HTML)"), "html", "text/html", lambda: comparison_html(choice, options, titles))
        _button(N_("Metrics (JSON)"), "json", "application/json", lambda: comparison_json(choice, options))
        _button(N_("Differences (CSV)"), "csv", "text/csv", lambda: differences_csv(choice, options.specificity))
        _button(N_("Differences (Excel)"), "xlsx", XLSX_TYPE, lambda: differences_xlsx(choice, options.specificity))
        if options.label is not None or aligned.exclusive:
            _button(N_("Discordant cases (CSV)"), "cases.csv", "text/csv", lambda: discordant_csv(aligned, options))


def _button(title: str, ending: str, kind: str, make: Callable[[], str | bytes]) -> None:
    render_download(title, f"meddx-comparison.{ending}", kind, make, key=f"export {ending}")


def differences_csv(choice: SystemChoice, specificity: float) -> str:
    """Return every difference of every pair, as `meddx compare --csv` writes it."""
    file = StringIO(newline="")
    write_differences(file, comparison_job.whole_comparison(choice, specificity).differences)
    return file.getvalue()


def differences_xlsx(choice: SystemChoice, specificity: float) -> bytes:
    """Return the same as an Excel workbook."""
    return xlsx_bytes(difference_tables(comparison_job.whole_comparison(choice, specificity).differences))


def comparison_json(choice: SystemChoice, options: ComparisonOptions) -> str:
    """Return the comparison as `meddx compare --json` prints it."""
    comparison = comparison_job.whole_comparison(choice, options.specificity)
    document = comparison_document(
        comparison,
        quoted=_quoted(comparison, options),
        margin=options.margin,
        replacements=replacements(comparison.aligned, cached_results.aligned_validation(choice)),
    )
    return json.dumps(document, indent=2, allow_nan=False)


def comparison_html(choice: SystemChoice, options: ComparisonOptions, titles: Mapping[str, str]) -> str:
    """Return the report as one HTML document. titles: label -> title."""
    comparison = comparison_job.whole_comparison(choice, options.specificity)
    cards = installed_models().cards
    return comparison_report(
        ComparedSystems(
            comparison,
            titles,
            quoted=_quoted(comparison, options),
            margin=options.margin,
            replacements=tuple(replacements(comparison.aligned, cached_results.aligned_validation(choice))),
            cards=[cards[system.id] for system in choice.systems if system.id in cards],
        )
    )


def discordant_csv(aligned: Aligned, options: ComparisonOptions) -> str:
    """Return the discordant cases of the pair as CSV, the most confident errors first."""
    file = StringIO(newline="")
    a, b = options.pair
    write_cases(file, a.id, b.id, discordant_cases(aligned, a.id, b.id, options.label))
    return file.getvalue()


def _quoted(comparison: Comparison, options: ComparisonOptions) -> list[PairedDifference]:
    return [one for one in comparison.differences if (one.metric, one.label) == (options.metric, options.label)]
