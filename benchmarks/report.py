"""What a benchmark measured: a small table on the terminal and as Markdown, and the same as JSON beside it."""

import argparse
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from meddx.config import ROOT

RESULTS, TINY_RESULTS = ROOT / "benchmarks" / "results", ROOT / "runs" / "benchmarks"


@dataclass(frozen=True)
class Measured:
    """A number that has a goal. measure: its name in benchmarks/goals.py. of: what it was measured on."""

    measure: str
    of: str
    value: float


def options(about: str) -> argparse.ArgumentParser:
    """Return a parser with the options of every part of `python -m benchmarks`. about: the module's docstring."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--tiny", action="store_true", help="shows in a minute or two that it runs; no number counts")
    parser.add_argument("--out", type=Path, help="folder of the results: benchmarks/results, runs/benchmarks if tiny")
    return parser


def results_folder(arguments: argparse.Namespace) -> Path:
    """Return the folder that the results go to."""
    return arguments.out or (TINY_RESULTS if arguments.tiny else RESULTS)


def machine() -> str:
    """Return what the numbers were measured on, in words."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("keras", "tensorflow", "numpy"))
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}"


def write(
    path: Path,
    title: str,
    about: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    measured: Sequence[Measured] = (),
    not_measured: Mapping[str, str] | None = None,
    tiny: bool = False,
    data: object = None,
) -> None:
    """Print the table and write it, with how and where it was measured, to `path`, and all as JSON beside it.

    measured: what has a goal. not_measured: peer -> why it was not. data: what the table was made of, as plain data.
    """
    absent = [f"Not measured: {peer} ({why})." for peer, why in (not_measured or {}).items()]
    table = markdown(header, rows)
    load = [round(value, 1) for value in os.getloadavg()]
    where = f"{machine()}; load average at the end {', '.join(map(str, load))}."
    how = about.strip().split("\n", 1)[1].strip()
    doubt = ["A tiny run, to see that it works: no number of it counts."] if tiny else []
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join((f"# {title}", *doubt, table, *absent, where, how)) + "\n", encoding="utf-8")
    document = {
        "title": title,
        "tiny": tiny,
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "cores": os.cpu_count(),
        "load_at_the_end": load,
        "header": list(header),
        "rows": [list(row) for row in rows],
        "measured": [asdict(one) for one in measured],
        "not_measured": dict(not_measured or {}),
        "data": data,
    }
    path.with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(table, *absent, where, f"Written to {path} and, as JSON, beside it.", sep="\n")


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))
