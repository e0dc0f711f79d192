"""One reader adds sixteen films that are slow to decode: how long another reader waits for an answer meanwhile.

    python -m benchmarks.slow_films

The slow films are progressive JPEG images of 6000 x 6000 pixels of noise, 28 MB and seconds of decoding each. The other
reader opens a session, uploads a new 1024 x 1024 DICOM of 2 MB, waits for image and evidence, and leaves, again and
again: first alone, then from when the sixteen are being read until the last is shown. Both speak the browser's protocol
without a browser, from this process.
"""

import shutil
import statistics
import tempfile
import threading
import time
from io import BytesIO
from itertools import count
from pathlib import Path

import numpy as np
import PIL.Image

from benchmarks.image import image
from benchmarks.report import write
from benchmarks.visitor import visiting
from meddx.config import models_dir
from tests.browser.server import serving

FILMS, SIDE, ALONE, MODEL, LONGEST_SECONDS = 16, 6000, 8, "phantom-cnn", 300.0


def slow_film(seed: int) -> bytes:
    """A film that takes seconds to decode."""
    values = np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    file = BytesIO()
    PIL.Image.fromarray(values).save(file, "JPEG", progressive=True, quality=95)
    return file.getvalue()


def wait(url: str, data: bytes) -> float:
    """Seconds from coming to the answer."""
    start = time.monotonic()
    with visiting(url) as visitor:
        visitor.upload(data)
        while not visitor.answered:
            time.sleep(0.2)
            visitor.rerun()
    return time.monotonic() - start


def add_slow_films(url: str, films: list[bytes], added: threading.Event, shown: threading.Event) -> None:
    """Add the films in one session, and look at the last until it is shown."""
    with visiting(url) as visitor:
        for number, film in enumerate(films):
            visitor.upload(film, f"slow{number}.jpg")
        added.set()
        give_up = time.monotonic() + LONGEST_SECONDS
        while not visitor.shown and time.monotonic() < give_up:
            time.sleep(1)
            visitor.rerun()
        shown.set()


def main() -> None:
    """Measure and write benchmarks/results/slow_films.md."""
    films, light, numbers = [slow_film(seed) for seed in range(FILMS)], image(1, "DX", "CHEST", (1024, 1024)), count()

    def new() -> bytes:
        return light[:-2] + next(numbers).to_bytes(2, "little")

    with tempfile.TemporaryDirectory() as models:
        shutil.copytree(models_dir() / MODEL, Path(models) / MODEL)
        with serving(Path(models)) as server:
            wait(server.url, new())
            alone = [wait(server.url, new()) for _ in range(ALONE)]
            added, shown = threading.Event(), threading.Event()
            slow = threading.Thread(target=add_slow_films, args=(server.url, films, added, shown))
            slow.start()
            start = time.monotonic()
            waits = []
            while not shown.is_set():
                waits.append(wait(server.url, new()))
            took = time.monotonic() - start
            slow.join()
    rows = [
        ("alone, p50", f"{statistics.median(alone):.1f} s"),
        ("alone, longest", f"{max(alone):.1f} s"),
        (f"beside {FILMS} slow films, p50 of {len(waits)}", f"{statistics.median(waits):.1f} s"),
        (f"beside {FILMS} slow films, longest", f"{max(waits):.1f} s"),
        ("until the last slow film was shown", f"{took:.1f} s"),
    ]
    write(
        Path(__file__).parent / "results" / "slow_films.md",
        f"A reader beside {FILMS} films that are slow to decode, {MODEL}",
        __doc__ or "",
        ("", ""),
        rows,
    )


if __name__ == "__main__":
    main()
