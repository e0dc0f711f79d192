"""Open a study of the node in Diagnose, and have tried again what failed; the audit log learns of both."""

from functools import partial
from pathlib import Path

from meddx.network.node_database import AnsweredLabel
from meddx.network.node_folder import NodeFolder
from meddx.network.node_queue import NodeQueue
from meddx.network.node_worklist import ListedFilm, ListedStudy
from meddx.types import Refusal, StoredFrame
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.language import ngettext, number
from pages.ui.common.model_choice import chosen_model
from pages.ui.common.recorded_images import open_in_diagnose
from pages.ui.common.session import Session, SessionCase, session
from pages.ui.common.session_audit import actor
from pages.ui.common.upload_limit import max_upload_mb
from pages.ui.sign_in import current_account
from pages.ui.worklist import open_studies


def open_study(study: ListedStudy, folder: Path) -> None:
    """Add the films of a study to the session and open the most urgent one, with the model and label that make it so.

    Raises Refused where the audit log cannot be written, OSError where no film can be read. Ends the run of the script,
    as open_in_diagnose does.
    """
    label = study.critical or next((one for one in study.labels if one.is_finding), None)
    first = next((one for one in study.films if label and one.film.id == label.film), study.films[0])
    data = NodeFolder(folder).film(first.film)
    actor().record("film-opened", data=data, subject="worklist", detail=f"films: {len(study.films)}")
    images = session()
    cases = [_added(images, first, data)]
    for listed in study.films:
        if listed is first:
            continue
        data = NodeFolder(folder).film(listed.film)
        if len(data) > images.room:
            _say_full(images, len(study.films) - len(cases))
            break
        cases.append(_added(images, listed, data))
    open_studies.remember(study.uid, current_account.owner(), images, cases)
    _open(cases[0], label)


def try_again(queue: NodeQueue, study: ListedStudy) -> None:
    """Let what failed of a study be due now. Raises Refused where the audit log cannot be written."""
    for listed in study.films:
        for task in listed.tasks:
            if task.needs_person:
                actor().record("film-resent", sha256=listed.film.sha256, subject=task.aim)
                queue.resend(task.id)


def _added(images: Session, listed: ListedFilm, data: bytes) -> SessionCase:
    """Return the film's case, the one that is there already or a new one."""
    present = next((case for case in images.cases if case.data and case.digest == listed.film.sha256), None)
    return present or images.add(f"{listed.heading.modality or 'DICOM'}-{listed.film.id}.dcm", data)


def _say_full(images: Session, left: int) -> None:
    limit = max_upload_mb()
    refusal = Refusal(
        "session-full",
        f"At most {limit:,} MB can be uploaded at a time. Remove some images from the list, then open the study again.",
    )
    images.refuse(f"{left} more", refusal, partial(_left_films, left))


def _left_films(left: int) -> str:
    return ngettext("1 more film", "{count} more films", left).format(count=number(left))


def _open(case: SessionCase, label: AnsweredLabel | None) -> None:
    cards = installed_models().cards
    model = chosen_model(cards) if cards else ""
    if label is not None and label.model in cards:
        model = label.model
        case.labels[model] = label.label
    open_in_diagnose(case.name, StoredFrame(case.data, label.frame if label else 0), model)
