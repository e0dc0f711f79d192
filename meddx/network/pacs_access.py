"""Ask a PACS, whichever way it speaks: search, the plan of a retrieval, its files, results back."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Protocol

from meddx.errors import Refused
from meddx.network.pacs_config import DicomwebPacs, Pacs, PacsConfig
from meddx.network.pacs_studies import FoundSeries, FoundStudy, StudyQuery, is_uid

NO_PACS_PACKAGES = "Opening from a PACS needs packages that are not installed: pip install -r requirements-pacs.txt."


class Archive(Protocol):
    """What a PACS is asked. Everything raises Refused, with one sentence without patient data."""

    def echo(self) -> None:
        """Raise unless it answers."""

    def search(self, query: StudyQuery) -> list[FoundStudy]:
        """Return the studies that match, MOST_STUDIES + 1 at most."""

    def series(self, study: str) -> list[FoundSeries]:
        """Return the series of a study, by its UID."""

    def files(self, study: str, series: str, room: int, stop: threading.Event) -> Iterator[bytes]:
        """Return the files of a series as they come, none of them read. room: bytes that may be taken."""

    def store(self, objects: Mapping[str, bytes]) -> None:
        """Store DICOM objects, name -> content."""


@dataclass(frozen=True)
class RetrievalPlan:
    """The series of a study that are opened, and how many others are not. images: of those, None where not stated."""

    study: str
    series: tuple[FoundSeries, ...]
    left_out: int
    images: int | None


def packages_installed() -> bool:
    """Return whether the packages are installed that speak to PACS."""
    return all(find_spec(name) is not None for name in ("dicomweb_client", "pynetdicom"))


def archive(pacs: Pacs, config: PacsConfig) -> Archive:
    """Return what asks this PACS. Raises Refused where packages are missing."""
    if not packages_installed():
        raise Refused("no-pacs-packages", NO_PACS_PACKAGES)
    if isinstance(pacs, DicomwebPacs):
        from meddx.network.dicomweb import DicomwebArchive  # late: not everybody has the packages

        return DicomwebArchive(pacs)
    from meddx.network.dicom_archive import DicomArchive

    return DicomArchive(pacs, config)


def plan_retrieval(source: Archive, study: str, most: int) -> RetrievalPlan:
    """Return what is to be taken of a study. most: images. Raises Refused before anything is taken."""
    if not is_uid(study):
        raise Refused("no-study", "This is no Study Instance UID: give one as a search prints it.")
    stated = source.series(study)
    series = tuple(one for one in stated if not one.left_out)
    if not series:
        raise Refused("no-images-in-study", "The study holds no series of images: open another one.")
    counts = [one.images for one in series]
    images = None if None in counts else sum(count or 0 for count in counts)
    if images is not None and images > most:
        raise _too_many(most)
    return RetrievalPlan(study, series, len(stated) - len(series), images)


def retrieved_files(
    source: Archive, plan: RetrievalPlan, room: int, most: int, stop: threading.Event
) -> Iterator[tuple[str, bytes]]:
    """Return name and content of each file as it comes, none of them read; names state modality and numbers alone.

    room, most: bytes and images that may be taken. stop: set to end it. Raises Refused; what came before is whole.
    """
    taken = 0
    for series in plan.series:
        for number, data in enumerate(source.files(plan.study, series.uid, room, stop), 1):
            taken, room = taken + 1, room - len(data)
            if taken > most:
                raise _too_many(most)
            if room < 0:
                raise Refused(
                    "session-full",
                    "The study is larger than may yet be added: remove some images from the list, then open it again.",
                )
            yield f"{'-'.join(filter(None, (series.modality, series.number, str(number))))}.dcm", data


def _too_many(most: int) -> Refused:
    return Refused(
        "too-many-images", f"The study holds more than {most:,} images: open another one, or raise max_images."
    )
