"""Films of a PACS by DICOMweb, named dicomweb://NAME/studies/UID/series/UID/instances/UID; NAME as in MEDDX_PACS.

Each is fetched when it is asked for (WADO-RS, PS3.18 10.4), by the machine that asks, with the credentials of its own
configuration.
"""

import re
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.config import pacs_file
from meddx.errors import MeddxError, Refused
from meddx.evaluate.sets.labelled_set import UNREADABLE_FILE
from meddx.network.pacs_access import NO_PACS_PACKAGES, packages_installed
from meddx.network.pacs_config import DicomwebPacs, read_pacs_config
from meddx.network.pacs_studies import is_uid

if TYPE_CHECKING:
    from meddx.network.dicomweb import DicomwebArchive

_RULE = "film-url"
_URL = re.compile(r"dicomweb://([a-z0-9-]+)/studies/([\d.]+)(?:/series/([\d.]+)(?:/instances/([\d.]+))?)?/?")
_PASSING = ("pacs-timeout", "pacs-unreachable", "pacs-cut-short")
"""Rules of failures that may pass."""
_TRIES = 3


@dataclass(frozen=True)
class ArchivedFilm:
    """An instance of a PACS."""

    pacs: str
    study: str
    series: str
    instance: str

    @property
    def url(self) -> str:
        """Return its address."""
        return f"dicomweb://{self.pacs}/studies/{self.study}/series/{self.series}/instances/{self.instance}"

    @property
    def stem(self) -> str:
        """Return its SOP Instance UID."""
        return self.instance

    def read(self) -> bytes:
        """Return its file. Raises Refused where the PACS has none, MeddxError where it does not say."""
        archive = _archive(pacs_file(), self.pacs)
        for left in reversed(range(_TRIES)):
            try:
                return archive.instance(self.study, self.series, self.instance)
            except Refused as refused:
                if refused.rule == UNREADABLE_FILE:
                    raise
                if not left or refused.rule not in _PASSING:
                    raise MeddxError(refused.reason) from refused
            time.sleep(_TRIES - left)
        raise AssertionError("unreachable")

    def state(self) -> str:
        """Return "": an instance of this UID has the same content always (PS3.3 C.12.1)."""
        return ""


def instance_at(url: str) -> ArchivedFilm:
    """Return the film of a URL. Raises Refused where it names none."""
    name, study, series, instance = _named(url)
    if not instance:
        raise Refused(
            _RULE, "A row names a study or a series of a PACS: name an instance, dicomweb://.../instances/UID."
        )
    return ArchivedFilm(name, study, series, instance)


def instances_below(url: str) -> dict[str, ArchivedFilm]:
    """Return the instances of a study, or of one of its series, by UIDs; none where the URL names an instance.

    Series without images, and of meddx itself, are left out of a study. Raises Refused.
    """
    name, study, series, instance = _named(url)
    if instance:
        return {}
    archive = _archive(pacs_file(), name)
    wanted = [series] if series else [one.uid for one in archive.series(study) if not one.left_out]
    found = [ArchivedFilm(name, study, one, uid) for one in wanted for uid in archive.instances(study, one)]
    if not found:
        raise Refused("no-images-in-study", "The PACS has no images of this study or series: correct the UIDs.")
    return {f"{film.series}/{film.instance}": film for film in found}


def _named(url: str) -> tuple[str, str, str, str]:
    """Return PACS, study, series and instance, "" for those that a URL does not name."""
    found = _URL.fullmatch(url)
    name, *uids = (part or "" for part in found.groups()) if found else ("",)
    if not found or not all(is_uid(uid) for uid in uids if uid):
        raise Refused(_RULE, "A URL of a PACS is dicomweb://NAME/studies/UID[/series/UID[/instances/UID]]: correct it.")
    return name, uids[0], uids[1], uids[2]


@lru_cache(8)
def _archive(config: Path | None, name: str) -> "DicomwebArchive":
    """Return what asks the PACS of a name in the configuration."""
    if not packages_installed():
        raise Refused("no-pacs-packages", NO_PACS_PACKAGES)
    from meddx.network.dicomweb import DicomwebArchive

    if config is None:
        raise MeddxError("no PACS is configured where the film is read: set MEDDX_PACS on every machine that reads")
    pacs = read_pacs_config(config).named(name)
    if not isinstance(pacs, DicomwebPacs):
        raise Refused("no-pacs", f"PACS {name} is not asked by DICOMweb: name one of [[dicomweb]] of MEDDX_PACS.")
    return DicomwebArchive(pacs)
