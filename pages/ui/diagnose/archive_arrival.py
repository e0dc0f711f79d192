"""Uploaded archives on their way into the session: the engine unpacks them, part after part."""

import zipfile
from collections.abc import Iterable, Sequence
from functools import partial
from io import BytesIO
from pathlib import PurePosixPath

from meddx.engine.contract import ARCHIVE_GONE, UnpackedPart
from meddx.errors import EngineUnavailable, Refused
from meddx.imaging.media_directory import DIRECTORY_NAME
from meddx.imaging.other_formats import OTHER_FORMATS
from meddx.types import Refusal
from pages.ui.common import account_engine, engine_requests
from pages.ui.common.language.language import _, number
from pages.ui.common.name_on_reading import name_on_reading
from pages.ui.common.session import ArrivingArchive, Session
from pages.ui.diagnose.deidentification.film_arrival import add_film

_NO_IMAGE = ("not-an-image", "media-directory")
"""Rules by which a file of a medium is one of its programs and tables, which belong there."""
_NAMED = 3


def is_medium(names: Iterable[str]) -> bool:
    """Return whether files of these names are those of a DICOM medium, which has one that is called DICOMDIR."""
    return any(PurePosixPath(name).name.upper() == DIRECTORY_NAME for name in names)


def add_medium(session: Session, files: Sequence[tuple[str, bytes]]) -> None:
    """Let the files of a medium arrive together, as an archive of them would. files: names and contents."""
    packed, names = BytesIO(), set[str]()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, (name, data) in enumerate(files, 1):
            unique = name if name not in names else f"{name} ({number})"
            names.add(unique)
            archive.writestr(zipfile.ZipInfo(unique), data)
    session.arriving.append(ArrivingArchive(DIRECTORY_NAME, packed.getvalue()))


def collect_archives(session: Session) -> bool:
    """Add the files that the engine has unpacked, ask for the next; return whether any archive is still arriving.

    The first image of an archive is opened.
    """
    for archive in list(session.arriving):
        if archive.pending is not None and archive.pending.done():
            _collect(session, archive)
        if archive.pending is None and archive in session.arriving:
            content = b"" if archive.held else archive.data
            asked = (content, session.room, archive.start, archive.held)
            unpack = partial(account_engine.own_engine().unpack, *asked)
            archive.pending = engine_requests.run_in_background(unpack)
    return bool(session.arriving)


def arrival_text(session: Session) -> str:
    """Return how far the archives are, for a reader; "" without one."""
    return ", ".join(map(_progress, session.arriving))


def _progress(archive: ArrivingArchive) -> str:
    if not archive.total:
        return _("Unpacking {archive}").format(archive=archive.name)
    return _("Unpacking {archive}: {start} of {total} files").format(
        archive=archive.name, start=number(archive.start), total=number(archive.total)
    )


def _collect(session: Session, archive: ArrivingArchive) -> None:
    assert archive.pending is not None, "asked for"
    try:
        part = archive.pending.result()
    except (Refused, EngineUnavailable) as error:
        if archive.held and isinstance(error, Refused) and error.rule == ARCHIVE_GONE:
            archive.held, archive.pending = "", None  # the next part is asked for with the whole archive
            return
        _list_others(session, archive, is_medium=False)
        if isinstance(error, Refused):
            refusal = Refusal(error.rule, error.reason)
        else:
            refusal = Refusal("engine-unavailable", f"The archive could not be unpacked: {error}")
        _end(session, archive, refusal)
        return
    archive.pending = None
    archive.start, archive.total, archive.held = part.next, part.total, part.held
    _add(session, archive, part)
    if part.next >= part.total:
        _end(session, archive, _list_others(session, archive, part.is_medium))


def _add(session: Session, archive: ArrivingArchive, part: UnpackedPart) -> None:
    for member in part.members:
        if member.refusal is not None:
            archive.others[name_on_reading(member.name)] = member.refusal
            continue
        archive.images += 1
        first = archive.images == 1
        case = add_film(session, member.name, member.data, opens=first)
        if first and case is not None:
            session.open(case)


def _list_others(session: Session, archive: ArrivingArchive, is_medium: bool) -> Refusal | None:
    """Add the files that became no image to the worklist, each by its name.

    Returns one refusal for several of them where that says more: none of an archive is an image, or they are the
    programs and tables of a medium.
    """
    others = archive.others
    no_images = [name for name, refusal in others.items() if refusal.rule in _NO_IMAGE]
    if is_medium:
        no_images = [name for name, refusal in others.items() if refusal.rule in {*_NO_IMAGE, *OTHER_FORMATS}]
    together = no_images if is_medium or (not archive.images and len(no_images) == len(others)) else []
    for name, refusal in others.items():
        if name not in together:
            session.refuse(name, refusal)
    if archive.images and not together:
        return None
    if not together:
        return Refusal("no-image-in-archive", "The archive holds no image.") if not others else None
    count, names = len(together), ", ".join(together[:_NAMED])
    if count > _NAMED:
        return Refusal("not-an-image", f"{count:,} of its files are no images: {names} and others.")
    return Refusal("not-an-image", f"{count:,} of its files are no images: {names}.")


def _end(session: Session, archive: ArrivingArchive, refusal: Refusal | None) -> None:
    session.arriving.remove(archive)
    if refusal is not None:
        session.refuse(archive.name, refusal)
    if session.current is None and session.cases:
        session.open(session.cases[-1])  # says why nothing came of the archive
