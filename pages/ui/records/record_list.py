"""The list of recorded cases with its filters, and its export."""

from typing import TYPE_CHECKING

import streamlit as st

from meddx.records.access import records
from meddx.records.recorded import RecordedAnswer, RecordedCase
from meddx.types import StoredFrame
from pages.ui.common import session_audit
from pages.ui.common.download.download_button import render_download
from pages.ui.common.filters import render_filter
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.formatting import listed, probability
from pages.ui.common.language.language import N_, _, ngettext, number
from pages.ui.common.language.translated import translated
from pages.ui.common.model_choice import chosen_model
from pages.ui.common.presses import was_pressed
from pages.ui.common.recorded_images import open_in_diagnose

if TYPE_CHECKING:
    from meddx.records.reading import RecordFilter

_MOST_SHOWN = 100
_WIDTHS = [1.2, 1.6, 2.4, 1.6, 1.0]
_OPINIONS = {"agree": N_("Agree"), "disagree": N_("Disagree"), "unsure": N_("Unsure"), "none": N_("No opinion")}
_VERDICTS = {
    "agree": N_("{reader}: agree on {label}"),
    "disagree": N_("{reader}: disagree on {label}"),
    "unsure": N_("{reader}: unsure on {label}"),
    None: N_("{reader}: no verdict on {label}"),
}
"""By verdict."""


def render_records() -> None:
    """Draw filters, list and export. Raises Refused where the database or the audit log fails."""
    from meddx.records.reading import (  # late: takes packages that a server without records need not have
        RecordFilter,
        recorded_cases,
        recorded_count,
        recorded_models,
        recorded_readers,
    )

    kept = records()
    model, who, opinion, since, until = st.columns(5, gap="small")
    asked = RecordFilter(
        model=render_filter(model, _("Model"), recorded_models(kept), "records model"),
        who=render_filter(who, _("Reader"), recorded_readers(kept), "records reader"),
        opinion=render_filter(opinion, _("Opinion"), list(_OPINIONS), "records opinion", lambda one: _(_OPINIONS[one])),
        since=since.date_input(_("First day (UTC)"), None, key="records since"),
        until=until.date_input(_("Last day (UTC)"), None, key="records until"),
    )
    session_audit.record_once("record-read", subject="", detail=asked.words())
    count = recorded_count(kept, asked)
    if not count:
        st.write(_("No case is as asked for."))
        return
    if count > _MOST_SHOWN:
        sentence = _("The {shown} newest of {count} cases, those last added to first.")
    else:
        sentence = ngettext(
            "{count} case, those last added to first.", "{count} cases, those last added to first.", count
        )
    st.caption(sentence.format(shown=_MOST_SHOWN, count=number(count)))
    for case in list(recorded_cases(kept, asked, most=_MOST_SHOWN)):  # read before anything is drawn
        _render_row(case)
    which = _("With file names, notes and cautions, which may say whose image it is")
    with_names = st.checkbox(which, key="records with names")
    render_download(
        N_("Records (CSV)"),
        "meddx-records.csv",
        "text/csv",
        lambda: _csv(asked, with_names=with_names),
        key="export records",
    )


def _csv(asked: "RecordFilter", *, with_names: bool) -> str:
    from meddx.export.records_table import recorded_cases_csv
    from meddx.records.reading import recorded_cases

    return recorded_cases_csv(recorded_cases(records(), asked), with_names=with_names)


def _render_row(case: RecordedCase) -> None:
    time, name, answers, opinions, action = st.columns(_WIDTHS, gap="small", vertical_alignment="center")
    time.text(case.last_time[:16].replace("T", " "))
    name.text(case.file_name)
    answers.text("\n".join(answer_text(one) for one in case.answers))
    opinions.text("\n".join(opinion_texts(case)) or _("no opinion"))
    if case.has_image:
        if was_pressed(action.button, _("Open in Diagnose"), key=f"open record {case.id}"):
            _open(case)
    else:
        action.caption(_("Image not kept"))


def answer_text(answer: RecordedAnswer) -> str:
    """Return the model and its findings with their probabilities in a line."""
    findings = [f"{translated(one.label)} {probability(one.probability)}" for one in answer.findings if one.is_finding]
    model = f"{answer.model} {answer.version}"
    if answer.frame:
        model = _("{model}, frame {number}").format(model=model, number=answer.frame + 1)
    return _("{model}: {findings}").format(model=model, findings=listed(findings) or _("no finding"))


def opinion_texts(case: RecordedCase) -> list[str]:
    """Return every reader's last opinion on every label, a line each."""
    lines = []
    for answer in case.answers:
        for (label, who), given in answer.standing().items():
            opinion = _(_VERDICTS[given.opinion.verdict]).format(reader=who or _("a reader"), label=translated(label))
            if given.opinion.corrected:
                rather = translated(given.opinion.corrected)
                opinion = _("{opinion}, rather {label}").format(opinion=opinion, label=rather)
            if given.opinion.note:
                opinion = _("{opinion}, with a note").format(opinion=opinion)
            lines.append(opinion)
    return lines


def _open(case: RecordedCase) -> None:
    from meddx.records.reading import image_by_id

    data = image_by_id(records(), case.id)
    session_audit.actor().record("record-read", data=data, subject=f"case {case.id}", detail="image opened")
    cards = installed_models().cards
    answer = next((one for one in reversed(case.answers) if one.model in cards), None)
    frame = answer.frame if answer else 0
    model = answer.model if answer else chosen_model(cards) if cards else ""
    open_in_diagnose(case.file_name, StoredFrame(data, frame), model)
