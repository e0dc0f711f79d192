"""What a reader takes away: the report, the numbers, the differences, the cases. Each is made when it is asked for."""

import json
from collections.abc import Callable, Mapping
from io import StringIO

import streamlit as st

from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.compare import Comparison
from meddx.evaluate.paired.difference import Difference
from meddx.evaluate.paired.discordant import discordant
from meddx.evaluate.paired.document import document
from meddx.evaluate.paired.table import write_cases, write_differences
from meddx.evaluate.paired.versions import replacements
from meddx.export.comparison import Compared, report
from pages.ui.compare import computed
from pages.ui.compare.asking_what import Question
from pages.ui.compare.choice import Choice
from pages.ui.installed import installed


def show(choice: Choice, aligned: Aligned, asked: Question, titles: Mapping[str, str]) -> None:
    """The buttons."""
    st.subheader("Take it away", anchor=False)
    st.caption(
        "All pairs, all labels, every metric. The report is one file that opens anywhere; the numbers are those of "
        "`meddx compare --json`. Case names are in the table of cases only."
    )
    with st.container(horizontal=True, gap="small"):
        _button("Report (HTML)", "html", "text/html", lambda: as_report(choice, asked, titles))
        _button("Numbers (JSON)", "json", "application/json", lambda: as_json(choice, asked))
        _button("Differences (CSV)", "csv", "text/csv", lambda: as_csv(choice, asked.specificity))
        if asked.label is not None or aligned.exclusive:
            _button("Cases where they differ (CSV)", "cases.csv", "text/csv", lambda: cases(aligned, asked))


def _button(title: str, ending: str, kind: str, make: Callable[[], str]) -> None:
    st.download_button(
        title, make, file_name=f"meddx-comparison.{ending}", mime=kind, on_click="ignore", key=f"export {ending}"
    )


def as_csv(choice: Choice, specificity: float) -> str:
    """Every difference of every pair, as `meddx compare --csv` writes it."""
    file = StringIO(newline="")
    write_differences(file, computed.everything(choice, specificity).differences)
    return file.getvalue()


def as_json(choice: Choice, asked: Question) -> str:
    """As `meddx compare --json` prints it."""
    found = computed.everything(choice, asked.specificity)
    moved = replacements(found.aligned, computed.validation(choice))
    shape = document(found, quoted=_quoted(found, asked), margin=asked.margin, replacements=moved)
    return json.dumps(shape, indent=2, allow_nan=False)


def as_report(choice: Choice, asked: Question, titles: Mapping[str, str]) -> str:
    """Everything as one HTML document."""
    found = computed.everything(choice, asked.specificity)
    cards = installed().cards
    return report(
        Compared(
            found,
            titles,
            quoted=_quoted(found, asked),
            margin=asked.margin,
            replacements=tuple(replacements(found.aligned, computed.validation(choice))),
            cards=[cards[system.id] for system in choice.systems if system.id in cards],
        )
    )


def cases(aligned: Aligned, asked: Question) -> str:
    """The cases on which the two differ, the surest first."""
    file = StringIO(newline="")
    a, b = asked.both
    write_cases(file, a.id, b.id, discordant(aligned, a.id, b.id, asked.label))
    return file.getvalue()


def _quoted(found: Comparison, asked: Question) -> list[Difference]:
    return [one for one in found.differences if (one.metric, one.label) == (asked.metric, asked.label)]
