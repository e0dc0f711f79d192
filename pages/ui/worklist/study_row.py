"""One study of the worklist: what it is, how far it is, what models said of it, and what a reader may do with it."""

from collections.abc import Callable
from html import escape

import streamlit as st

from meddx.errors import Refused
from meddx.network.node_config import NodeConfig
from meddx.network.node_database import Task
from meddx.network.node_folder import NodeFolder
from meddx.network.node_worklist import ListedStudy, WorkState
from pages.ui.common import notices
from pages.ui.common.language.formatting import paragraph, probability
from pages.ui.common.language.language import N_, _, ngettext, number
from pages.ui.common.language.translated import translated
from pages.ui.common.presses import was_pressed
from pages.ui.worklist import opening
from pages.ui.worklist.open_studies import StudyReaders

STATES: dict[WorkState, str] = {
    "failed": N_("Failed"), "waiting": N_("Waiting"), "read": N_("Read"), "sent": N_("Sent"), "refused": N_("Refused"),
}  # fmt: skip
_SEXES = {"female": N_("female"), "male": N_("male"), "other": N_("other")}
_MOST_LABELS = 4
_WIDTHS = [2.2, 1.4, 2.4, 1.2]


def render_patient(study: ListedStudy, place: int, *, hides_patient: bool) -> None:
    """Draw the heading of a patient. place: in the list, from 1."""
    st.html(f'<h2 class="study-patient">{escape(_patient_text(study, place, hides_patient=hides_patient))}</h2>')


def _patient_text(study: ListedStudy, place: int, *, hides_patient: bool) -> str:
    """Return name, ID and sex; a number where they are hidden."""
    heading = study.heading
    if hides_patient:
        return _("Patient {number}").format(number=number(place))
    known = heading.patient_id and _("ID {id}").format(id=heading.patient_id)
    sex = _(_SEXES[heading.sex]) if heading.sex in _SEXES else ""
    return " · ".join(filter(None, (heading.name, known, sex))) or _("No patient stated")


def render_study(study: ListedStudy, config: NodeConfig, readers: StudyReaders, *, hides_patient: bool) -> None:
    """Draw one study."""
    what, state, findings, action = st.columns(_WIDTHS, gap="small", vertical_alignment="center")
    lines = (_study_text(study, hides_patient=hides_patient), age_text(study.waited()))
    what.html(_cell([escape(lines[0]), f'<span class="soft">{escape(lines[1])}</span>']))
    open_by = reader_text(readers)
    state.html(
        f'<p class="study-state {study.state}">{escape(_(STATES[study.state]))}</p>'
        + _cell([f'<span class="soft">{escape(open_by)}</span>'] if open_by else [])
    )
    findings.html(_cell(_finding_lines(study)))
    with action.container(gap="small"):
        if was_pressed(st.button, _("Open in Diagnose"), key=f"open {study.uid}"):
            _try(lambda: opening.open_study(study, config.folder))
        if study.failed and was_pressed(st.button, _("Try again"), key=f"again {study.uid}"):
            _try(lambda: _try_again(study, config))


def _study_text(study: ListedStudy, *, hides_patient: bool) -> str:
    """Return date, title, modality and number of films."""
    heading = study.heading
    films = ngettext("1 film", "{count} films", len(study.films)).format(count=number(len(study.films)))
    identity = () if hides_patient else (heading.study_date, heading.study_title)
    what = " ".join(filter(None, (heading.modality, heading.body_part.capitalize(), heading.view)))
    return " · ".join(filter(None, (*identity, what, films)))


def age_text(seconds: float) -> str:
    """Return how long ago a study came."""
    minutes = int(seconds // 60)
    if minutes < 60:
        return _("{count} min ago").format(count=number(minutes))
    if minutes < 48 * 60:
        return _("{count} h ago").format(count=number(minutes // 60))
    return _("{count} days ago").format(count=number(minutes // 1440))


def reader_text(readers: StudyReaders) -> str:
    """Return who has the study open, "" where nobody has."""
    names = ", ".join(name or _("another reader") for name in sorted(set(readers.others)))
    if names:
        return _("Open: {names}").format(names=names)
    return _("Open here") if readers.here else ""


def task_text(task: Task) -> str:
    """Return what failed or was refused, and why."""
    if task.kind == "opinion":
        what = _("Opinions not sent to {peer}, attempts: {count}.").format(peer=task.peer, count=number(task.attempts))
    elif task.kind == "send":
        what = _("Not sent to {peer}, attempts: {count}.").format(peer=task.peer, count=number(task.attempts))
    else:
        what = _("Not read by rule {rule}, attempts: {count}.").format(rule=task.rule, count=number(task.attempts))
    return paragraph([what, translated(task.reason)])


def _finding_lines(study: ListedStudy) -> list[str]:
    """Return the lines about findings, and about what failed or was refused, as HTML."""
    shown = [label for label in study.labels if label.is_finding or label == study.critical]
    lines = []
    for label in shown[:_MOST_LABELS]:
        score = probability(label.probability)
        if not label.is_calibrated:
            score = _("{score}, not calibrated").format(score=score)
        kind = "critical" if label == study.critical else ""
        lines.append(f'<span class="{kind}">{escape(f"{translated(label.title)} {score}")}</span>')
    if len(shown) > _MOST_LABELS:
        lines.append(escape(_("{count} more").format(count=number(len(shown) - _MOST_LABELS))))
    if not shown and study.state in ("read", "sent"):
        lines.append(f'<span class="soft">{escape(_("No finding"))}</span>')
    reasons = [task_text(task) for task in study.failed]
    reasons += [translated(listed.film.reason) for listed in study.films if listed.state == "refused"]
    lines += [f'<span class="soft">{escape(reason)}</span>' for reason in dict.fromkeys(reasons)]
    return lines


def _cell(lines: list[str]) -> str:
    return f'<p class="study-cell">{"<br>".join(lines)}</p>'


def _try(act: Callable[[], None]) -> None:
    """Do what a reader asked for; say why where it cannot be done."""
    try:
        act()
    except Refused as refused:
        notices.render_notice("error", _("Not done"), refused.reason)
    except OSError:
        notices.render_notice("error", _("Not done"), _("The film is not there any more: it was removed."))


def _try_again(study: ListedStudy, config: NodeConfig) -> None:
    queue = NodeFolder(config.folder).queue()
    try:
        opening.try_again(queue, study)
    finally:
        queue.close()
    st.rerun()
