"""What a reader takes away: the report, the numbers, the differences, the cases. Each is made when it is asked for."""

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
from pages.ui.common.installed_models import installed_models
from pages.ui.compare import cached_results
from pages.ui.compare.comparison_options import ComparisonOptions
from pages.ui.compare.system_picker import SystemChoice


def render_comparison_exports(
    choice: SystemChoice, aligned: Aligned, asked: ComparisonOptions, titles: Mapping[str, str]
) -> None:
    """The buttons."""
    st.subheader("Take it away", anchor=False)
    st.caption(
        "All pairs, all labels, every metric. The report is one file that opens anywhere; the numbers are those of "
        "`meddx compare --json`. Case names are in the table of cases only."
    )
    with st.container(horizontal=True, gap="small"):
        _button("Report (HTML)", "html", "text/html", lambda: comparison_html(choice, asked, titles))
        _button("Numbers (JSON)", "json", "application/json", lambda: comparison_json(choice, asked))
        _button("Differences (CSV)", "csv", "text/csv", lambda: differences_csv(choice, asked.specificity))
        if asked.label is not None or aligned.exclusive:
            _button("Cases where they differ (CSV)", "cases.csv", "text/csv", lambda: discordant_of(aligned, asked))


def _button(title: str, ending: str, kind: str, make: Callable[[], str]) -> None:
    st.download_button(
        title, make, file_name=f"meddx-comparison.{ending}", mime=kind, on_click="ignore", key=f"export {ending}"
    )


def differences_csv(choice: SystemChoice, specificity: float) -> str:
    """Every difference of every pair, as `meddx compare --csv` writes it."""
    file = StringIO(newline="")
    write_differences(file, cached_results.all_differences(choice, specificity).differences)
    return file.getvalue()


def comparison_json(choice: SystemChoice, asked: ComparisonOptions) -> str:
    """As `meddx compare --json` prints it."""
    found = cached_results.all_differences(choice, asked.specificity)
    moved = replacements(found.aligned, cached_results.aligned_validation(choice))
    shape = comparison_document(found, quoted=_quoted(found, asked), margin=asked.margin, replacements=moved)
    return json.dumps(shape, indent=2, allow_nan=False)


def comparison_html(choice: SystemChoice, asked: ComparisonOptions, titles: Mapping[str, str]) -> str:
    """Everything as one HTML document."""
    found = cached_results.all_differences(choice, asked.specificity)
    cards = installed_models().cards
    return comparison_report(
        ComparedSystems(
            found,
            titles,
            quoted=_quoted(found, asked),
            margin=asked.margin,
            replacements=tuple(replacements(found.aligned, cached_results.aligned_validation(choice))),
            cards=[cards[system.id] for system in choice.systems if system.id in cards],
        )
    )


def discordant_of(aligned: Aligned, asked: ComparisonOptions) -> str:
    """The cases on which the two differ, the surest first."""
    file = StringIO(newline="")
    a, b = asked.both
    write_cases(file, a.id, b.id, discordant_cases(aligned, a.id, b.id, asked.label))
    return file.getvalue()


def _quoted(found: Comparison, asked: ComparisonOptions) -> list[PairedDifference]:
    return [one for one in found.differences if (one.metric, one.label) == (asked.metric, asked.label)]
