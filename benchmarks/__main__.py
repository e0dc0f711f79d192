"""Measure speed and memory beside peers and print which goals are met.

    python -m benchmarks [PART ...] [--tiny]

Parts, all by default but those in brackets: prediction, explanations, reading, evaluating_films, eight_users,
click_beside_batch, first_paint, server_memory, cluster; (cost_model). Each runs in a process of its own, one after the
other, and writes Markdown and JSON to benchmarks/results; the table of goals is made of what lies there, so that parts
may be measured on different days. Peers that are not installed are named, not measured:

    pip install -r requirements-dev.txt -r requirements-cluster.txt openvino torch monai grad-cam captum

grad-cam needs a torchvision that was built for the torch that is installed; without one Captum is measured.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.goals import HEADER, goal_rows
from benchmarks.report import options, results_folder, write
from meddx.config import ROOT

ABOUT = __doc__ or ""
PARTS = (
    "prediction",
    "explanations",
    "reading",
    "evaluating_films",
    "eight_users",
    "click_beside_batch",
    "first_paint",
    "server_memory",
    "cluster",
)
ASKED_FOR = ("cost_model",)


def main() -> int:
    """Run the parts, write the table, and return 1 where a part failed."""
    parser = options(ABOUT)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join((*PARTS, *ASKED_FOR))}")
    arguments = parser.parse_args()
    unknown = [part for part in arguments.parts if part not in (*PARTS, *ASKED_FOR)]
    if unknown:
        parser.error(f"there is no part {unknown[0]}: give some of {', '.join((*PARTS, *ASKED_FOR))}")
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores / 4:
        print(f"Load average {load:.1f} on {cores} cores before anything was begun: times of this run say little.")
    folder = results_folder(arguments)
    failed = [part for part in arguments.parts or PARTS if not _ran(part, folder, arguments)]
    title, rows = "Goals of speed and memory", goal_rows(folder)
    write(folder / "goals.md", title, ABOUT, HEADER, rows, tiny=arguments.tiny)
    if failed:
        print(f"Failed, and so not measured: {', '.join(failed)}.")
    return 1 if failed else 0


def _ran(part: str, folder: Path, arguments: argparse.Namespace) -> bool:
    """Run a part; without a result of it from before, which must not pass for one of today. Return whether it ended."""
    print(f"\n== {part}", flush=True)
    (folder / f"{part}.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", f"benchmarks.{part}", "--out", str(folder)]
    return subprocess.run([*command, *(["--tiny"] if arguments.tiny else [])], cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
