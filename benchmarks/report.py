"""A small table on the terminal and as Markdown."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path


def write(path: Path, title: str, about: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print the table and write it, with how and where it was measured, to `path`."""
    lines = [" | ".join(cells) for cells in (header, ["---"] * len(header), *rows)]
    table = "\n".join(f"| {line} |" for line in lines)
    packages = ", ".join(f"{name} {version(name)}" for name in ("keras", "tensorflow", "numpy"))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}"
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    path.parent.mkdir(parents=True, exist_ok=True)
    how = about.strip().split("\n", 1)[1].strip()
    path.write_text(f"# {title}\n\n{table}\n\n{machine}; load average at the end {load}.\n\n{how}\n", encoding="utf-8")
    print(table)
    print(f"{machine}; load {load}; written to {path}")
