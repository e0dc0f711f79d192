"""Where a command's images are: files of this machine, or of a store or a PACS, named by URL."""

import getpass
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Union

from meddx.audit.record import record
from meddx.evaluate.sets.image_finder import is_url

if TYPE_CHECKING:
    from meddx.evaluate.sets.remote_set import RemoteFile

ImageFile = Union[Path, "RemoteFile"]
"""A file of this machine, or one elsewhere."""


def image_place(text: str) -> Path | str:
    """Return a URL as it is, and any other text as a path: the `type` of an option."""
    return text if is_url(text) else Path(text)


def address(image: ImageFile) -> str:
    """Return the path or URL of an image."""
    return str(image) if isinstance(image, Path) else image.url


def images_at(url: str) -> "Sequence[RemoteFile]":
    """Return the images below a URL, or the one that it names. Raises Refused; MeddxError where nobody answers."""
    from meddx.network.film_sources import remote_file, remote_files

    return list(remote_files(url).values()) or [remote_file(url)]


def record_pacs(urls: Iterable[str]) -> None:
    """Record in the audit log how many images of which PACS a command is about to read."""
    names = Counter(url.split("/")[2] for url in urls if url.startswith("dicomweb://"))
    for name, images in names.items():
        record("pacs-open", who=getpass.getuser(), subject=name, detail=f"{images} images")
