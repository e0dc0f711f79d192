"""Node, engine and PACS killed at random moments while films come in: what came of the films that were acknowledged.

    python -m benchmarks.node_kills [FILMS [KILLS [FILMS_A_SECOND]]]

Different phantoms of 256 x 208, one in five with lesions, are sent by four associations of storescu at an even pace;
what was not acknowledged is sent again. Orthanc, to which the results go, `meddx node` and its engine are killed
(SIGKILL) in an order of a fixed seed, a third of the kills each, and started again at once; the next kill comes a
random time after a result has been sent again, so that they are spread over the time of sending. At the end each film
that was acknowledged must have one report in Orthanc, and Orthanc must hold the objects that the node made and no
other. The node tries again after 0.5 s and after 5 s at most, so that the run ends, and has one model; else it is as
docs/hospital.md sets it up. Late is a report where one on a film received later came to Orthanc before it.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from pydicom import dcmread
from pydicom.uid import ComprehensiveSRStorage

from benchmarks.memory import descendants
from benchmarks.report import write
from meddx.config import ROOT, models_dir
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.network.node_database import QUEUE_FILE, TaskKind
from meddx.network.node_queue import NodeQueue
from tests.engine.test_job_runner import until
from tests.network.orthanc import Orthanc, configured
from tests.network.peers import free_port

FILMS, KILLS, FILMS_A_SECOND, ASSOCIATIONS, SHAPE, BATCH = 1000, 30, 2.0, 4, (256, 208), 2
MODEL = "phantom-cnn"
LONGEST_SECONDS = 120.0
"""It is waited so long at most for the first result that is sent after a kill."""
WITH_LESIONS = 5
"""One film in so many may have lesions: its heat maps are checked, which takes most of the time."""
_STALLED_SECONDS = 300.0
Row = tuple[str, str]


class Program:
    """A program that is started again whenever it is killed."""

    def __init__(self, command: Sequence[str | Path], log: Path) -> None:
        self._command, self._log = command, log
        self.start()

    def start(self) -> None:
        """Run it."""
        with self._log.open("ab") as said:
            self.process = subprocess.Popen(self._command, cwd=ROOT, stdout=said, stderr=said)

    def kill(self) -> None:
        """Kill it, and run it again."""
        self.process.kill()
        self.process.wait()
        self.start()

    def kill_engine(self) -> None:
        """Kill its engine, which it replaces."""
        for process in descendants(self.process.pid):
            try:
                if b"meddx.engine.worker" in Path(f"/proc/{process}/cmdline").read_bytes():
                    os.kill(process, signal.SIGKILL)
            except (FileNotFoundError, ProcessLookupError):  # it has just ended
                continue

    def end(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


class Sender:
    """One association after the other, at an even pace, until each film was acknowledged."""

    def __init__(self, port: int, films: Sequence[Path], seconds: float) -> None:
        self._port, self._films, self._seconds = port, films, seconds
        self.acknowledged = 0
        self.associations = self.broken_off = 0
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def _send(self) -> None:
        start, count = time.monotonic(), len(self._films)
        while self.acknowledged < count:
            time.sleep(0.2)
            due = min(count, int(count * (time.monotonic() - start) / self._seconds))
            waiting = self._films[self.acknowledged : due]
            if len(waiting) < min(BATCH, count - self.acknowledged):
                continue
            command = ["storescu", "-v", "-to", "5", "-ta", "10", "-td", "60", "-aet", "MODALITY", "-aec", "MEDDX"]
            command += ["127.0.0.1", str(self._port), *map(str, waiting[:BATCH])]
            said = subprocess.run(command, capture_output=True, text=True, check=False)
            self.acknowledged += (said.stdout + said.stderr).count("Received Store Response (Success)")
            self.associations += 1
            self.broken_off += said.returncode != 0


def configuration(folder: Path, port: int, peer: Orthanc) -> Path:
    """Write the node's configuration."""
    path = folder / "node.toml"
    path.write_text(
        f'ae_title = "MEDDX"\nfolder = "state"\nport = {port}\nquiet_seconds = 1\n'
        "[retry]\nfirst_seconds = 0.5\nlongest_seconds = 5\nattempts = 10000\n"
        '[[allowed]]\nae_title = "MODALITY"\n'
        f'[[peer]]\nname = "pacs"\nae_title = "ORTHANC"\nhost = "127.0.0.1"\nport = {peer.dicom_port}\n'
        f'[[rule]]\nname = "chest"\nmodel = "{MODEL}"\nmethod = "grad-cam"\nsend_to = ["pacs"]\n'
    )
    return path


def kill_at_random(kills: int, seconds: float, node: Program, pacs: Program, queue: NodeQueue) -> Counter[str]:
    """Kill node, engine and PACS in a random order, over so many seconds and more; return how often each."""
    chance = random.Random(29112026)
    victims = (["node", "engine", "Orthanc"] * -(-kills // 3))[:kills]
    chance.shuffle(victims)
    for victim in victims:
        sent = done(queue, "send")
        give_up = time.monotonic() + LONGEST_SECONDS
        while done(queue, "send") == sent and time.monotonic() < give_up:  # until it works again
            time.sleep(0.1)
        time.sleep(chance.uniform(0, 2 * seconds / kills))
        {"node": node.kill, "engine": node.kill_engine, "Orthanc": pacs.kill}[victim]()
        print(f"{time.strftime('%H:%M:%S')} {victim} killed, {done(queue, 'send')} results sent", flush=True)
    return Counter(victims)


def done(queue: NodeQueue, kind: TaskKind) -> int:
    """Return how many tasks of a kind are done."""
    with queue.reading() as database:
        [count] = database.execute("SELECT count(*) FROM task WHERE state = 'done' AND kind = ?", (kind,)).fetchone()
    return int(count)


def wait_for_results(queue: NodeQueue) -> None:
    """Wait until nothing is to be done any more, or nothing has been done for long."""
    before, since = -1, time.monotonic()
    while time.monotonic() - since < _STALLED_SECONDS:
        received = [film for film in queue.films() if film.state == "received"]
        states = Counter(task.state for task in queue.tasks())
        print(f"{time.strftime('%H:%M:%S')} {len(received)} to assign, {dict(states)}", flush=True)
        if not received and not states["waiting"]:
            return
        if states["done"] != before:
            before, since = states["done"], time.monotonic()
        time.sleep(10)


def outcome(sent: Sequence[Path], queue: NodeQueue, state: Path, peer: Orthanc) -> list[Row]:
    """Compare what was acknowledged with what the node and Orthanc hold."""
    acknowledged = {dcmread(path, stop_before_pixels=True).SOPInstanceUID for path in sent}
    received = [film.sop_instance_uid for film in queue.films()]
    made = {str(dcmread(path, stop_before_pixels=True).SOPInstanceUID) for path in state.glob("results/*/*.dcm")}
    held, reports = list[str](), list[str]()
    for id in peer.arrivals():
        thing = dcmread(BytesIO(peer.file(id)), stop_before_pixels=True)
        held.append(str(thing.SOPInstanceUID))
        if thing.SOPClassUID == ComprehensiveSRStorage:
            [uid] = {str(one.value) for one in thing.iterall() if one.keyword == "ReferencedSOPInstanceUID"}
            reports.append(uid)
    counts = Counter(reports)
    place = {uid: number for number, uid in enumerate(received)}
    latest, late = -1, 0
    for uid in reports:
        late += place[uid] < latest
        latest = max(latest, place[uid])
    states = Counter(f"{task.kind} {task.state}" for task in queue.tasks())
    attempts = sum(task.attempts for task in queue.tasks())
    return [
        ("films acknowledged", f"{len(acknowledged)}"),
        ("of these not in the node's queue", f"{len(acknowledged - set(received))}"),
        ("films twice in the queue", f"{len(received) - len(set(received))}"),
        ("of these without a report in Orthanc", f"{len(acknowledged - set(counts))}"),
        ("with more than one report", f"{sum(count > 1 for count in counts.values())}"),
        ("reports on other films", f"{len(set(counts) - acknowledged)}"),
        ("objects made; held by Orthanc; lost; not made by the node; double", f"{len(made)}; {len(held)}; "
         f"{len(made - set(held))}; {len(set(held) - made)}; {len(held) - len(set(held))}"),
        ("tasks", ", ".join(f"{count} {name}" for name, count in sorted(states.items()))),
        ("attempts that failed and were made again", f"{attempts}"),
        ("reports that came late", f"{late}"),
    ]  # fmt: skip


def main() -> None:
    """Measure and write benchmarks/results/node_kills.md."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FILMS
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else KILLS
    seconds = count / (float(sys.argv[3]) if len(sys.argv) > 3 else FILMS_A_SECOND)
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        shutil.copytree(models_dir() / MODEL, folder / "models" / MODEL)
        os.environ["MEDDX_MODELS"] = str(folder / "models")
        paths = [folder / f"{number}.dcm" for number in range(count)]
        for number, path in enumerate(paths):
            lesions = None if number % WITH_LESIONS == 0 else ()
            path.write_bytes(phantom_dicom(chest_phantom(number, lesions, *SHAPE)))
        peer, command = configured(folder / "orthanc", StorageCompression=True)
        pacs = Program(command, folder / "orthanc.log")
        until(peer.answers)
        start = time.monotonic()
        config = configuration(folder, port, peer)
        node = Program([sys.executable, "-m", "meddx", "node", "--config", str(config)], folder / "node.log")
        try:
            until((folder / "state" / QUEUE_FILE).exists)
            queue = NodeQueue(folder / "state" / QUEUE_FILE)
            senders = [Sender(port, paths[first::ASSOCIATIONS], seconds) for first in range(ASSOCIATIONS)]
            killed = kill_at_random(kills, seconds, node, pacs, queue)
            before = done(queue, "send")
            for sender in senders:
                sender.thread.join()
            until(peer.answers)
            wait_for_results(queue)
            took = time.monotonic() - start
            rows = outcome(paths, queue, folder / "state", peer)
            queue.close()
        finally:
            node.end()
            pacs.end()
        faults = (folder / "node.log").read_text().count("Traceback")
    rows = [
        ("kills", ", ".join(f"{number} of {who}" for who, number in sorted(killed.items()))),
        ("associations, of these broken off", f"{sum(one.associations for one in senders)}, "
         f"{sum(one.broken_off for one in senders)}"),
        ("results sent before the last kill", f"{before}"),
        *rows,
        ("exceptions in the node's log", f"{faults}"),
        ("seconds from the first film to the last result", f"{took:.0f}"),
    ]  # fmt: skip
    write(
        Path(__file__).parent / "results" / "node_kills.md",
        f"{count} films, {kills} kills",
        __doc__ or "",
        ("", ""),
        rows,
    )


if __name__ == "__main__":
    main()
