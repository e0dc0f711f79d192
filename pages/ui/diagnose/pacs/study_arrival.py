"""A study on its way from a PACS into the session, an image after the other, none of them read here."""

import logging
from functools import partial

from meddx.errors import Refused, without_content
from meddx.network.pacs_studies import FoundStudy
from meddx.types import Refusal
from pages.ui.common.account_pacs import AccountPacs, in_background
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import _, ngettext, number
from pages.ui.common.language.translated import translated
from pages.ui.common.session import ArrivingStudy, Session, StudyEnd
from pages.ui.diagnose.deidentification.film_arrival import add_film

_log = logging.getLogger(__name__)


def fetch_study(session: Session, pacs: AccountPacs, found: FoundStudy) -> None:
    """Begin to fetch a study; one at a time."""
    if session.study is not None:
        return
    session.study = study = ArrivingStudy(pacs.name)
    session.study_end = None
    study.pending = in_background(partial(_fetch, session, pacs, found, study))


def collect_study(session: Session) -> bool:
    """Add the images that have come; return whether more are to come. The first one is opened."""
    study = session.study
    if study is None:
        return False
    ended = study.pending.done()  # before its files are looked at: none comes after
    while study.waiting:
        study.images += 1
        first = study.images == 1
        case = add_film(session, *study.waiting.pop(0), opens=first)
        if first and case is not None:
            session.open(case)
    if ended:
        session.study, session.study_end = None, _end(study)
    return not ended


def study_progress_text(session: Session) -> str:
    """Return how far the study is, for a reader; "" without one."""
    study = session.study
    if study is None:
        return ""
    if study.total is not None:
        text = _("Opening from {pacs}: {count} of {total} images")
    elif study.images:
        text = _("Opening from {pacs}: {count} images")
    else:
        text = _("Opening from {pacs}")
    return text.format(pacs=study.pacs, count=number(study.images), total=number(study.total or 0))


def stop_study(session: Session) -> None:
    """Stop fetching; what has come stays. May be a widget callback."""
    if session.study is not None:
        session.study.stop.set()


def _fetch(session: Session, pacs: AccountPacs, found: FoundStudy, study: ArrivingStudy) -> None:
    plan = pacs.plan(found)
    study.total, study.left_out = plan.images, plan.left_out
    for file in pacs.files(plan, session.room, study.stop):
        study.waiting.append(file)
        if session.room <= 0:  # others have added images meanwhile
            raise Refused("session-full", "No more images may be added at present: remove some from the list.")


def _end(study: ArrivingStudy) -> StudyEnd:
    error = study.pending.exception()
    refusal = None
    if isinstance(error, Refused):
        refusal = Refusal(error.rule, error.reason)
    elif error is not None:
        _log.error("a study could not be fetched: %s", without_content(error))
        refusal = Refusal("not-fetched", "The study could not be fetched: try again.")
    return StudyEnd(study.pacs, study.images, study.left_out, refusal)


def study_end_text(end: StudyEnd) -> str:
    """Return how a study ended, in a sentence or two."""
    count = number(end.images)
    if end.refusal is not None:
        come = ngettext(
            "{count} image had come and can be read.", "{count} images had come and can be read.", end.images
        )
        return paragraph([translated(end.refusal.reason), come.format(count=count) if end.images else ""])
    come = ngettext("{count} image from {pacs}.", "{count} images from {pacs}.", end.images)
    others = _("{count} series without images, or of meddx's own results, left out.").format(count=end.left_out)
    return paragraph([come.format(count=count, pacs=end.pacs), others if end.left_out else ""])
