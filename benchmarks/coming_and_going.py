"""Forty sessions that come, upload, wait for their answer and leave, for five minutes: what fails, and what stays.

    python -m benchmarks.coming_and_going [SECONDS]

Each of forty users opens a session, uploads a new 1024 x 1024 DICOM of 2 MB, waits for image and evidence, fetches the
image as the viewer does, leaves after up to two seconds and comes again as somebody else. A request has failed that is
answered by an error or not within two minutes, and so has a session that the server ends. Memory is that of the server
and all its processes, what they share counted once: before, when one session has had its answer and has left; at its
most; and when all have left and their sessions are over, once it no longer falls. Users speak the browser's protocol
without a browser, from this process.
"""

import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from itertools import count
from pathlib import Path

from benchmarks.image import image
from benchmarks.memory import descendants, memory_of
from benchmarks.report import write
from benchmarks.visitor import visiting
from meddx.config import models_dir
from tests.browser.server import Server, serving

SESSIONS, SECONDS, LONGEST_SECONDS, SIDE, MODEL = 40, 300.0, 120.0, 1024, "phantom-cnn"
KEPT_SECONDS = 140.0
"""For which the server keeps a closed tab's session (server.disconnectedSessionTTL) and the engine an image that nobody
asks for (meddx/engine/unused_memory.py), and some more."""


class Users:
    """What the users did. images: to be made new by their last pixel."""

    def __init__(self, url: str, images: list[bytes]) -> None:
        self._url, self._images, self._numbers = url, images, count()
        self.answers: list[float] = []
        self.failures: Counter[str] = Counter()

    def visit(self, pause: random.Random) -> None:
        """Come, upload, wait for the answer and leave; note the seconds, or how it failed."""
        number = next(self._numbers)
        data = self._images[number % len(self._images)][:-2] + (number % 4096).to_bytes(2, "little")
        try:
            start = time.monotonic()
            with visiting(self._url) as visitor:
                visitor.upload(data)
                while not visitor.answered:
                    if time.monotonic() - start > LONGEST_SECONDS:
                        raise TimeoutError
                    time.sleep(1)
                    visitor.rerun()
                visitor.fetch_image()
                self.answers.append(time.monotonic() - start)
                time.sleep(pause.uniform(0, 2))
        except Exception as error:  # whatever it is, a user did not get an answer
            self.failures[f"{type(error).__name__}: {str(error)[:100]}"] += 1

    def come_until(self, until: float, seed: int) -> None:
        """Come again and again."""
        pause = random.Random(seed)
        time.sleep(pause.uniform(0, 5))
        while time.monotonic() < until:
            self.visit(pause)


def memory(server: Server) -> float:
    """MiB of the server and all its processes, what they share counted once."""
    web = server.process.pid
    return memory_of((web, *descendants(web)))


def after_it_fell(server: Server) -> float:
    """Memory once the last tab's session is over and it has not fallen by a hundredth for twenty seconds."""
    time.sleep(KEPT_SECONDS)
    least, since, give_up = memory(server), time.monotonic(), time.monotonic() + 120
    while time.monotonic() < min(give_up, since + 20):
        time.sleep(2)
        now = memory(server)
        if now < 0.99 * least:
            least, since = now, time.monotonic()
    return least


def main() -> None:
    """Measure and write benchmarks/results/coming_and_going.md."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    images = [image(seed, "DX", "CHEST", (SIDE, SIDE)) for seed in range(6)]
    with tempfile.TemporaryDirectory() as models:
        shutil.copytree(models_dir() / MODEL, Path(models) / MODEL)  # the only one, which the page then has chosen
        with serving(Path(models)) as server:
            users = Users(server.url, images)
            users.visit(random.Random(0))
            if users.failures:
                sys.exit(f"the first session failed: {users.failures}")
            users.answers.clear()
            before = after_it_fell(server)
            until = time.monotonic() + seconds
            threads = [threading.Thread(target=users.come_until, args=(until, seed)) for seed in range(SESSIONS)]
            for thread in threads:
                thread.start()
            most = before
            while any(thread.is_alive() for thread in threads):
                most = max(most, memory(server))
                time.sleep(2)
            after = after_it_fell(server)
    late = statistics.quantiles(users.answers, n=20)[-1]
    rows = [
        ("sessions", f"{len(users.answers) + users.failures.total()}"),
        ("failed", f"{users.failures.total()}"),
        *((f"of these: {failure}", f"{times}") for failure, times in users.failures.most_common()),
        ("from coming to the answer, p50", f"{statistics.median(users.answers):.1f} s"),
        ("from coming to the answer, p95", f"{late:.1f} s"),
        ("memory before", f"{before:.0f} MiB"),
        ("memory at its most", f"{most:.0f} MiB"),
        ("memory after", f"{after:.0f} MiB, {100 * (after / before - 1):+.0f} %"),
    ]
    write(
        Path(__file__).parent / "results" / "coming_and_going.md",
        f"{SESSIONS} sessions that come and go for {seconds:.0f} s, {MODEL}",
        __doc__ or "",
        ("", ""),
        rows,
    )


if __name__ == "__main__":
    main()
