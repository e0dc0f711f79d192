"""Download public data sets from their official sources, with resumption and verification."""

import hashlib
import re
import zipfile
from pathlib import Path

import httpx

from meddx.errors import Refused
from meddx.evaluate.sets.public_sets import PublicSet
from meddx.types import Progress, no_progress

ATTEMPTS = 5
"""Number of consecutive connections without new data after which the download is given up."""

TIMEOUT = httpx.Timeout(30.0)


def download(source: PublicSet, target: Path, progress: Progress = no_progress) -> None:
    """Download `source` to `target` and verify it.

    The folder is created; until verified, the file is called `target`.partial. A partial file is continued (RFC 9110
    section 14, Range) when a checksum can show that the parts belong together, otherwise the download starts anew.
    Raises Refused: "no-network", "connection-cut", "not-found", "wrong-checksum", "other-file" (the file at `target` is
    a different one), "not-secure", "unwritable".
    """
    partial = target.with_name(f"{target.name}.partial")
    try:
        if target.exists():
            _verify(source, target, "other-file", "move it away and run the command again")
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.checksum is None:
            partial.unlink(missing_ok=True)
        _fetch(source, partial, progress)
        try:
            _verify(source, partial, "wrong-checksum", "it was removed; run the command again")
        except Refused:
            partial.unlink()
            raise
        partial.replace(target)
    except OSError as error:
        raise Refused(
            "unwritable", f"{target.parent} cannot be written to ({error.strerror}); name another folder in MEDDX_DATA."
        ) from error


def _fetch(source: PublicSet, partial: Path, progress: Progress) -> None:
    """Download the rest of the partial file, reconnecting when a connection breaks."""
    failures = 0
    with httpx.Client(follow_redirects=True, timeout=TIMEOUT) as client:
        while True:
            before = _length(partial)
            try:
                _receive(client, source, partial, progress)
                return
            except httpx.TransportError as error:
                failures = 0 if _length(partial) > before else failures + 1
                if failures == ATTEMPTS or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                    raise _broken(source, _length(partial)) from error


def _receive(client: httpx.Client, source: PublicSet, partial: Path, progress: Progress) -> None:
    """Send one request for the missing bytes and append them to the partial file."""
    start = _length(partial)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with client.stream("GET", source.url, headers=headers) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            return  # nothing is missing, or the file became shorter: the checksum tells
        if not response.is_success:
            raise Refused(
                "not-found",
                f"{httpx.URL(source.url).host} answers {response.status_code} for {source.name}; "
                f"look for it at https://doi.org/{source.doi}.",
            )
        if httpx.URL(source.url).scheme == "https" != response.url.scheme:
            raise Refused(
                "not-secure", f"{source.name} was redirected to a connection that is not encrypted; fetch it by hand."
            )
        if response.status_code != httpx.codes.PARTIAL_CONTENT or not _continues(response, start):
            start = 0  # a server may ignore Range and send the whole file
        total = _total(response, start, source.size)
        with partial.open("r+b" if start else "wb") as file:
            file.seek(start)
            done = start
            progress(done, total)
            for piece in response.iter_raw():  # as it arrives: pieces of a fixed size would be lost with the connection
                done += file.write(piece)
                progress(done, total)


def _continues(response: httpx.Response, start: int) -> bool:
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == start


def _total(response: httpx.Response, start: int, stated: int | None) -> int:
    """Return the total number of bytes, 0 if unknown."""
    length = response.headers.get("Content-Length", "")
    return start + int(length) if length.isdecimal() else stated or 0


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _broken(source: PublicSet, done: int) -> Refused:
    host = httpx.URL(source.url).host
    if not done:
        return Refused("no-network", f"{host} cannot be reached: check the network, or fetch {source.url} by hand.")
    again = "go on from there" if source.checksum else "try again"
    return Refused(
        "connection-cut", f"The connection to {host} broke after {done:,} bytes; run the command again to {again}."
    )


def _verify(source: PublicSet, path: Path, rule: str, remedy: str) -> None:
    """Raise Refused(rule) when the file fails the checksum of its source or, without one, the ZIP check."""
    if source.checksum is None:
        if not _is_whole_zip(path):
            raise Refused(rule, f"{path} is no whole ZIP archive: {remedy}.")
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, source.checksum.algorithm).hexdigest()
    if found != source.checksum.digest:
        what = f"{source.checksum.algorithm.upper()} {found}, and {source.name} has {source.checksum.digest}"
        raise Refused(rule, f"{path} has {what}: {remedy}.")


def _is_whole_zip(path: Path) -> bool:
    """Return whether every member has the CRC-32 that the archive states."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except zipfile.BadZipFile:
        return False
