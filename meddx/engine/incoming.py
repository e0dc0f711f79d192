"""Uploads on their way to an evaluation: in the private folder of jobs, taken from there or swept away."""

import secrets
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from meddx.engine.kept import FILMS, INCOMING, KeptJobs, private, private_folder
from meddx.errors import Refused
from meddx.evaluate.sets.survey import settle_table
from meddx.evaluate.sets.upload import inside, unpack_upload

_RAW = "raw"


def receive(files: Iterable[tuple[str, bytes | memoryview]]) -> str:
    """Put uploaded files (name, perhaps with folders, and content) there as they are; what to call them by."""
    jobs = KeptJobs()
    token = secrets.token_urlsafe(16)
    for folder in (jobs.directory, jobs.directory / INCOMING, jobs.directory / INCOMING / token):
        private_folder(folder)
    raw = jobs.directory / INCOMING / token / _RAW
    raw.mkdir()
    for name, content in files:
        path = inside(name)
        if path is not None:
            target = raw / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(target, "wb", opener=private) as file:
                file.write(content)
    return token


def unpacked(token: str, progress: Callable[[int, int], None]) -> Path:
    """The folder of the upload's films, archives unpacked, its table of labels where it should be. Raises Refused."""
    upload = _folder(token)
    films = upload / FILMS
    if not films.exists():
        raw, partial = upload / _RAW, upload / f"{FILMS}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        files = [path for path in sorted(raw.rglob("*")) if path.is_file()]
        if not files:
            raise Refused("empty-upload", "The upload holds no films; add a ZIP archive, or films and a CSV file.")
        for path in files:
            name = PurePosixPath(path.relative_to(raw))
            if path.suffix.lower() == ".zip":
                unpack_upload(path, partial if len(files) == 1 else partial / name.with_suffix(""), progress)
            else:
                target = partial / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.hardlink_to(path)  # the raw one stays until all are there
        settle_table(partial)
        partial.rename(films)
        shutil.rmtree(raw)
    return films


def take(token: str, folder: Path) -> None:
    """Move the unpacked films to a job's folder, whose they are from now on. Raises Refused."""
    upload = _folder(token)
    (upload / FILMS).rename(folder / FILMS)
    shutil.rmtree(upload, ignore_errors=True)


def _folder(token: str) -> Path:
    jobs = KeptJobs()
    jobs.folder(token)  # refuses what is no token
    upload = jobs.directory / INCOMING / token
    if not upload.is_dir():
        raise Refused("no-upload", "The upload is not there any more; upload the films again.")
    return upload
