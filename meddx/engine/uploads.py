"""Uploads on their way to an evaluation: in the private folder of jobs, taken from there or swept away."""

import secrets
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from meddx.engine.job_store import UPLOADED_IMAGES, UPLOADS, JobStore, private, private_folder
from meddx.errors import Refused
from meddx.evaluate.sets.inspection import write_relative_table
from meddx.evaluate.sets.unpack_upload import member_path, unpack_upload

_RAW = "raw"


def store_upload(files: Iterable[tuple[str, bytes | memoryview]]) -> str:
    """Put uploaded files (name, perhaps with folders, and content) there as they are; what to call them by."""
    jobs = JobStore()
    token = secrets.token_urlsafe(16)
    for folder in (jobs.directory, jobs.directory / UPLOADS, jobs.directory / UPLOADS / token):
        private_folder(folder)
    raw = jobs.directory / UPLOADS / token / _RAW
    raw.mkdir()
    for name, content in files:
        path = member_path(name)
        if path is not None:
            target = raw / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(target, "wb", opener=private) as file:
                file.write(content)
    return token


def unpacked_upload(token: str, progress: Callable[[int, int], None]) -> Path:
    """The folder of the upload's images, archives unpacked, its table of labels where it should be. Raises Refused."""
    upload = _folder(token)
    images = upload / UPLOADED_IMAGES
    if not images.exists():
        raw, partial = upload / _RAW, upload / f"{UPLOADED_IMAGES}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        files = [path for path in sorted(raw.rglob("*")) if path.is_file()]
        if not files:
            raise Refused("empty-upload", "The upload holds no images; add a ZIP archive, or images and a CSV file.")
        for path in files:
            name = PurePosixPath(path.relative_to(raw))
            if path.suffix.lower() == ".zip":
                unpack_upload(path, partial if len(files) == 1 else partial / name.with_suffix(""), progress)
            else:
                target = partial / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.hardlink_to(path)  # the raw one stays until all are there
        write_relative_table(partial)
        partial.rename(images)
        shutil.rmtree(raw)
    return images


def claim_upload(token: str, folder: Path) -> None:
    """Move the unpacked images to a job's folder, whose they are from now on. Raises Refused."""
    upload = _folder(token)
    (upload / UPLOADED_IMAGES).rename(folder / UPLOADED_IMAGES)
    shutil.rmtree(upload, ignore_errors=True)


def _folder(token: str) -> Path:
    jobs = JobStore()
    jobs.folder(token)  # refuses what is no token
    upload = jobs.directory / UPLOADS / token
    if not upload.is_dir():
        raise Refused("no-upload", "The upload is not there any more; upload the images again.")
    return upload
