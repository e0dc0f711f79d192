"""Run `meddx data`: list public data sets or download one from its official source."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Bars

from meddx.config import data_dir
from meddx.evaluate.sets.public_sets import PUBLIC_SETS, PublicSet, public_set
from meddx.types import Progress

HELP = "list the public data sets, or fetch one from its official source"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx data list` and `meddx data get`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="names, licences and sources")
    fetching = actions.add_parser("get", help="fetch one; run again to go on after a break")
    fetching.add_argument("name", choices=[one.name for one in PUBLIC_SETS], metavar="NAME", help="see `data list`")
    for action in (listing, fetching):
        action.add_argument(
            "--to", type=Path, metavar="DIR", help="folder of public data sets (default: MEDDX_DATA, else data/)"
        )
        action.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """List data sets or download one, and return 0.

    Raises Refused where a set cannot be downloaded.
    """
    folder: Path = arguments.to or data_dir() or Path("data")
    if arguments.action == "list":
        return _list(folder, arguments.json)
    return _get(public_set(arguments.name), folder, arguments.json)


def _list(folder: Path, as_json: bool) -> int:
    if as_json:
        print(json.dumps([_about(one, folder) for one in PUBLIC_SETS]))
        return 0
    for one in PUBLIC_SETS:
        here = _place(one, folder)
        print(f"{one.name}: {one.title}")
        print(f"  {_terms(one)}")
        if one.note:
            print(f"  {one.note}")
        print(f"  {'here' if here.exists() else 'not here'}: {here}")
    return 0


def _get(source: PublicSet, folder: Path, as_json: bool) -> int:
    from meddx.evaluate.sets.download import download
    from meddx.evaluate.sets.unpack_archive import unpack_archive

    console = Console(stderr=True)
    place = _place(source, folder)
    console.print(f"{source.title}\n{_terms(source)}", highlight=False, soft_wrap=True)
    if source.note:
        console.print(source.note, highlight=False, soft_wrap=True)
    if source.unpacks_to is None or not place.exists():
        archive = folder / source.path
        with _bar(console, source.name) as progress:
            download(source, archive, progress)
        if source.unpacks_to is not None:
            with _bar(console, "unpacking") as progress:
                unpack_archive(archive, place, progress)
            archive.unlink()
    if as_json:
        print(json.dumps(_about(source, folder)))
    else:
        print(f"{source.name} is in {place}.")
        known = data_dir()
        if known is None or folder.resolve() != known.resolve():
            print(f"Set MEDDX_DATA={folder.resolve()} for recipes to find it.")
    return 0


def _place(source: PublicSet, folder: Path) -> Path:
    """Return the path of the set once it is downloaded."""
    return folder / (source.unpacks_to or source.path)


def _terms(source: PublicSet) -> str:
    size = f"{source.size / 1e6:,.1f} MB" if source.size else "size not published"
    check = (
        f"{source.checksum.algorithm.upper()} {source.checksum.digest} (stated by {source.checksum.stated_by})"
        if source.checksum
        else "no published checksum, so only the archive's own CRC-32 can be checked"
    )
    return f"Licence {source.licence}, https://doi.org/{source.doi}\n  From {source.url}: {size}; {check}"


def _about(source: PublicSet, folder: Path) -> dict[str, object]:
    place = _place(source, folder)
    return {
        "name": source.name,
        "title": source.title,
        "licence": source.licence,
        "doi": source.doi,
        "url": source.url,
        "size": source.size,
        "checksum": source.checksum and {source.checksum.algorithm: source.checksum.digest},
        "path": str(place),
        "present": place.exists(),
    }


@contextmanager
def _bar(console: Console, name: str) -> Iterator[Progress]:
    columns = (TextColumn(name), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True) as bars:
        task = bars.add_task(name, total=None)

        def progress(done: int, total: int, message: str = "") -> None:
            bars.update(task, completed=done, total=total or None)

        yield progress
