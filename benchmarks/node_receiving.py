"""How fast `meddx node` receives films, beside dcmtk's storescp.

    python -m benchmarks.node_receiving

Phantoms, small ones (256 x 208, 108 kB) and full-size ones (2048 x 1664, 6.8 MB), sent by four storescu at once, an
association each, with the settings that these programs have unasked. The same files go to both receivers, in turn; each
round has films of its own. Timed from the start of the four to the end of the last: all must have been acknowledged.
The node syncs film and queue to the disk before it acknowledges, once more where it writes an audit log; storescp
(--fork, a process for each association) syncs nothing. Nothing is answered meanwhile.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.memory import descendants
from benchmarks.report import write
from meddx.config import ROOT
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from tests.engine.test_job_runner import until
from tests.network.peers import free_port

ASSOCIATIONS, ROUNDS = 4, 3
SIZES = {"small": (1000, (256, 208)), "full-size": (100, (2048, 1664))}
_SHIFTS = 20
"""Films made of one phantom, each shifted by another column."""


def films(folder: Path, count: int, shape: tuple[int, int], seed: int) -> list[Path]:
    """Write different phantoms and return their paths."""
    paths = []
    for number in range(count):
        if number % _SHIFTS == 0:
            phantom = chest_phantom(seed + number, None, *shape)
        paths.append(folder / f"{number}.dcm")
        shifted = np.roll(phantom.pixels, number % _SHIFTS, axis=1)
        paths[-1].write_bytes(phantom_dicom(replace(phantom, pixels=shifted)))
    os.sync()  # what is still to be written to the disk is not the receiver's
    return paths


def seconds_to_send(port: int, paths: list[Path]) -> float:
    """Send the films by four associations at once; return how long it took."""
    command = ["storescu", "-aet", "MODALITY", "-aec", "MEDDX", "127.0.0.1", str(port)]
    parts = [paths[first::ASSOCIATIONS] for first in range(ASSOCIATIONS)]
    start = time.perf_counter()
    senders = [subprocess.Popen([*command, *map(str, part)]) for part in parts]
    codes = [sender.wait() for sender in senders]
    took = time.perf_counter() - start
    if any(codes):
        raise SystemExit(f"storescu ended with {codes}: not every film was acknowledged")
    return took


@contextmanager
def listening(command: list[str], port: int, **variables: str) -> Iterator[int]:
    """Run a receiver, yield its port once it answers and does nothing else, and end it."""
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | variables, stderr=subprocess.DEVNULL)
    try:
        echo = ["echoscu", "-aet", "MODALITY", "-aec", "MEDDX", "127.0.0.1", str(port)]
        until(lambda: subprocess.run(echo, capture_output=True, check=False).returncode == 0)
        until(lambda: _is_idle(process.pid))  # the node's engine has loaded its models
        yield port
    finally:
        process.terminate()
        process.wait()


def _is_idle(process: int) -> bool:
    """Tell whether a process and those below it do next to nothing for two seconds."""
    before = _ticks(process)
    time.sleep(2)
    return _ticks(process) - before < 20


def _ticks(process: int) -> int:
    stats = [
        Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in (process, *descendants(process))
    ]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats)


def node(folder: Path, *, audit: bool) -> tuple[list[str], int, dict[str, str]]:
    """Return the command of a node whose studies are never complete, its port and variables."""
    folder.mkdir()
    port = free_port()
    path = folder / "node.toml"
    path.write_text(
        f'ae_title = "MEDDX"\nfolder = "state"\nport = {port}\nquiet_seconds = 86400\n'
        '[[allowed]]\nae_title = "MODALITY"\n'
        '[[rule]]\nname = "chest"\nmodel = "phantom-cnn"\n'
    )
    variables = {"MEDDX_AUDIT": str(folder / "audit.jsonl")} if audit else {}
    return [sys.executable, "-m", "meddx", "node", "--config", str(path)], port, variables


def storescp(folder: Path) -> tuple[list[str], int, dict[str, str]]:
    """Return the command of dcmtk's receiver, and its port."""
    folder.mkdir()
    port = free_port()
    return ["storescp", "--fork", "-od", str(folder), "-uf", str(port)], port, {}


def main() -> None:
    """Measure and write benchmarks/results/node_receiving.md."""
    rows = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        receivers = {
            "storescp": storescp(folder / "storescp"),
            "node": node(folder / "node", audit=False),
            "node with an audit log": node(folder / "audited", audit=True),
        }
        ports = {
            who: running.enter_context(listening(command, port, **variables))
            for who, (command, port, variables) in receivers.items()
        }
        for size, (count, shape) in SIZES.items():
            took: dict[str, list[float]] = {who: [] for who in ports}
            for number in range(ROUNDS):
                with tempfile.TemporaryDirectory(dir=folder) as sent:
                    paths = films(Path(sent), count, shape, seed=10_000 * number)
                    for who in sorted(ports, reverse=number % 2 == 1):
                        took[who].append(seconds_to_send(ports[who], paths))
                        os.sync()
            for who, times in took.items():
                ratios = [one / other for one, other in zip(took["storescp"], times, strict=True)]
                rate = count / statistics.median(times)
                megabytes = rate * 2 * shape[0] * shape[1] / 1e6
                ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
                rows.append((f"{count} {size}", who, f"{rate:.0f}", f"{megabytes:.0f}", ratio))
                print(*rows[-1], times, flush=True)
    write(
        Path(__file__).parent / "results" / "node_receiving.md",
        f"Receiving films from {ASSOCIATIONS} associations, {ROUNDS} rounds",
        __doc__ or "",
        ("films a round", "receiver", "films/s, median", "MB/s", "times storescp, median and range"),
        rows,
    )


if __name__ == "__main__":
    main()
