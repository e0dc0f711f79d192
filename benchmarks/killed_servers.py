"""Fifty kills of the running engine and server while readers work: what was committed, and is it all there.

    python -m benchmarks.killed_servers [KILLS]

Four readers upload new films, wait for the answer, agree with it, and wait until the page says that this is recorded,
again and again. At random moments engine and server are killed in turn (SIGKILL); a killed server is started again. In
a second round half of the servers may write a few more kilobytes to any file and no more (RLIMIT_FSIZE), which to a
writer is a disk that is full. After each kill the audit log's chain of hashes must verify, the database open and be
whole, every answer that a reader saw must be in the audit log, and every opinion whose recording the page confirmed in
the records. No process may be left over.
"""

import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from benchmarks.image import image
from benchmarks.memory import descendants
from benchmarks.report import write
from benchmarks.visitor import visiting
from meddx.audit.record import audit_log, keyed_hash
from meddx.audit.verification import verify
from meddx.config import audit_file, models_dir, records_place
from meddx.records.access import records
from meddx.records.encryption import new_key
from meddx.records.reading import RecordFilter, recorded_cases
from tests.browser.server import Server, free_port, serving

KILLS, READERS, MODEL, LONGEST_SECONDS = 50, 4, "phantom-cnn", 120.0
_ROOM = (0, 2_000, 20_000)
"""Bytes that a file may grow by in a server whose disk fills up."""


class Readers:
    """What readers have been told. film: to be made new by its last pixel."""

    def __init__(self, url: str, film: bytes, seed: int) -> None:
        self._url, self._film, self._seed, self._numbers = url, film, seed, count()
        self.seen: set[str] = set()
        """Keyed hashes of films whose answer was shown."""
        self.recorded: set[str] = set()
        """File names of films on which an opinion was confirmed to be recorded."""
        self.broken_off = 0
        self.ended = threading.Event()

    def work(self) -> None:
        """Read film after film; what breaks off is not counted as done."""
        while not self.ended.is_set():
            number = next(self._numbers)
            try:
                self._read(self._film[:-4] + bytes([self._seed, 0]) + number.to_bytes(2, "little"), f"film{number}.dcm")
            except Exception:  # the server or its engine was killed
                self.broken_off += 1
                time.sleep(0.5)

    def _read(self, data: bytes, name: str) -> None:
        give_up = time.monotonic() + LONGEST_SECONDS
        with visiting(self._url) as visitor:
            visitor.upload(data, name)
            while not visitor.answered:
                self._wait(give_up)
                visitor.rerun()
            self.seen.add(keyed_hash(data))
            visitor.agree()
            while not visitor.recorded:
                self._wait(give_up)
                visitor.rerun()
            self.recorded.add(name)

    def _wait(self, give_up: float) -> None:
        if time.monotonic() > give_up or self.ended.wait(0.3):
            raise TimeoutError


@contextmanager
def working(readers: Readers) -> Iterator[None]:
    """Have the readers work."""
    threads = [threading.Thread(target=readers.work) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        readers.ended.set()
        for thread in threads:
            thread.join()


def engine_of(server: Server) -> int:
    """Return the engine's process."""
    give_up = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < give_up:
        for process in server.workers:
            if b"meddx.engine.worker" in Path(f"/proc/{process}/cmdline").read_bytes():
                return process
        time.sleep(0.1)
    raise TimeoutError("the server has no engine")


def faults(readers: Readers) -> list[str]:
    """Return what is not as it must be."""
    seen, recorded = set(readers.seen), set(readers.recorded)
    log = audit_log()
    assert log is not None
    found = [f"audit log: {fault}" for fault in verify(log).faults]
    records().check()
    with closing(sqlite3.connect(records_place())) as database:
        found += [f"records: {row[0]}" for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
    logged = {entry.case for entry in log.entries() if entry.event in ("view", "prediction")}
    found += [f"{len(seen - logged)} answers that were shown are not in the audit log"] * bool(seen - logged)
    kept = {
        case.file_name
        for case in recorded_cases(records(), RecordFilter())
        if any(answer.opinions for answer in case.answers)
    }
    found += [f"{len(recorded - kept)} opinions that were confirmed are lost"] * bool(recorded - kept)
    return found


def kill(process: int) -> None:
    """Kill a process."""
    os.kill(process, signal.SIGKILL)


def left_over(processes: list[int]) -> list[int]:
    """Return which of these processes still run ten seconds later."""
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        processes = [one for one in processes if _state(one) not in ("", "Z")]
        if not processes:
            break
        time.sleep(0.1)
    return processes


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def fill_disk(server: Server, room: int) -> None:
    """Let no file of the server and its engine grow by more than so many bytes."""
    files = (path for path in audit_file().parent.rglob("*") if path.is_file())
    limit = max(path.stat().st_size for path in files) + room
    for process in (server.process.pid, *descendants(server.process.pid)):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (limit, limit))


def measured(kills: int, models: Path, film: bytes, *, full: bool) -> list[tuple[str, str]]:
    """Return what came of one round of kills."""
    moments, port, found = random.Random(29112026 + full), free_port(), []
    readers = Readers(f"http://127.0.0.1:{port}", film, seed=int(full))
    done = filled = 0
    with working(readers):
        while done < kills:
            with serving(models, port=port) as server:
                time.sleep(moments.uniform(4.0, 16.0))
                if full and moments.random() < 0.5:
                    fill_disk(server, moments.choice(_ROOM))
                    filled += 1
                    time.sleep(moments.uniform(1.0, 6.0))
                kill(engine_of(server))
                done += 1
                found += faults(readers)
                time.sleep(moments.uniform(4.0, 16.0))
                processes = [server.process.pid, *descendants(server.process.pid)]
                kill(server.process.pid)
                server.process.wait()
                done += 1
                if left := left_over(processes):
                    found.append(f"{len(left)} processes were left over")
                found += faults(readers)
        with serving(models, port=port):  # and it goes on
            before, give_up = len(readers.recorded), time.monotonic() + LONGEST_SECONDS
            while len(readers.recorded) == before and time.monotonic() < give_up:
                time.sleep(1)
            found += ["nothing was recorded after the last kill"] * (len(readers.recorded) == before)
    found += faults(readers)
    kind = "full disk: " if full else ""
    return [
        (f"{kind}kills of engine and server", f"{done}"),
        *([("of these servers, with a full disk", f"{filled} of {done // 2}")] if full else []),
        (f"{kind}answers shown, all in the audit log", f"{len(readers.seen)}"),
        (f"{kind}opinions confirmed, all in the records", f"{len(readers.recorded)}"),
        (f"{kind}visits that were broken off", f"{readers.broken_off}"),
        (f"{kind}faults", f"{len(found)}"),
        *((f"{kind}of these", fault) for fault in sorted(set(found))),
    ]


def main() -> None:
    """Measure and write benchmarks/results/killed_servers.md."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    film = image(0, "DX", "CHEST", (256, 256))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        shutil.copytree(models_dir() / MODEL, place / "models" / MODEL)
        (place / "kept").mkdir()
        os.environ |= {
            "MEDDX_ACCOUNTS": str(place / "kept" / "accounts.sqlite"),
            "MEDDX_AUDIT": str(place / "kept" / "audit.jsonl"),
            "MEDDX_RECORDS": str(place / "kept" / "records.sqlite"),
            "MEDDX_RECORDS_KEY": new_key(),
        }
        records().initialise()
        rows = [row for full in (False, True) for row in measured(kills, place / "models", film, full=full)]
    write(
        Path(__file__).parent / "results" / "killed_servers.md",
        f"{kills} kills of engine and server while {READERS} readers work, and as many with disks that fill up",
        __doc__ or "",
        ("", ""),
        rows,
    )


if __name__ == "__main__":
    main()
