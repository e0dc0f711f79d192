"""Twelve light users and four who predict: how long a light user waits.

    python -m benchmarks.sessions

A light user has the page open without an image and runs the script again about once a second (as every click does); the
time is from the request to the end of the run. The four upload a new 2048 x 2500 DICOM of 10 MB, wait for image and
evidence, look for two seconds and upload the next. Users speak the browser's protocol without a browser, from another
process at normal priority. The light users are measured alone and with the four, in turns.
"""

import random
import statistics
import threading
import time
from itertools import count
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path

from benchmarks.image import image
from benchmarks.report import write
from benchmarks.visitor import visiting
from meddx.config import models_dir
from meddx.model.registry import list_models
from tests.browser.server import serving

LIGHT, PREDICTING, ROUNDS, ROUND_SECONDS, LOOK_SECONDS = 12, 4, 3, 20.0, 2.0


def light(url: str, number: int, until: float, waits: list[float]) -> None:
    """Run the script about once a second and note the milliseconds."""
    pause = random.Random(number)
    with visiting(url) as visitor:
        while time.monotonic() < until:
            time.sleep(pause.uniform(0.5, 1.5))
            start = time.perf_counter()
            visitor.rerun()
            waits.append(1000 * (time.perf_counter() - start))


def predicting(url: str, images: list[bytes], seeds: "count[int]", stop: Event, answers: list[float]) -> None:
    """Upload image after image and note the milliseconds to each answer."""
    with visiting(url) as visitor:
        while not stop.is_set():
            number = next(seeds)
            data = images[number % len(images)][:-2] + (number % 4096).to_bytes(2, "little")  # new by its last pixel
            start = time.perf_counter()
            visitor.have_answered(data)
            answers.append(1000 * (time.perf_counter() - start))
            stop.wait(LOOK_SECONDS)


def light_users(url: str, users: int = LIGHT, seconds: float = ROUND_SECONDS) -> list[float]:
    """All waits of the light users in one round."""
    waits: list[float] = []
    until = time.monotonic() + seconds
    together([threading.Thread(target=light, args=(url, number, until, waits)) for number in range(users)])
    return waits


def predictors(url: str, images: list[bytes], seed: int, stop: Event, answers: "list[float]") -> None:
    """The four, until told to stop; runs in a process of its own."""
    seeds = count(seed)
    together([threading.Thread(target=predicting, args=(url, images, seeds, stop, answers)) for _ in range(PREDICTING)])


def together(threads: list[threading.Thread]) -> None:
    """Start all and wait for all."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Measure and write benchmarks/results/sessions.md."""
    card = list_models(models_dir()).models[0].card  # the one that the page has chosen before anyone chooses
    kind = ((*card.accepts.modality, "DX")[0], (*card.accepts.body_part, "CHEST")[0])
    images = [image(seed, *kind) for seed in range(6)]
    spawn = get_context("spawn")
    waits: dict[str, list[float]] = {"nobody predicting": [], "four predicting": []}
    with serving() as server, spawn.Manager() as manager:
        answers = manager.list()
        warm(server.url, images[0])
        for number in range(ROUNDS):
            waits["nobody predicting"] += light_users(server.url)
            stop = manager.Event()
            process = spawn.Process(target=predictors, args=(server.url, images, 1000 * number, stop, answers))
            process.start()
            time.sleep(4)
            waits["four predicting"] += light_users(server.url)
            stop.set()
            process.join()
        took = list(answers)
    p95 = {name: statistics.quantiles(times, n=20)[-1] for name, times in waits.items()}
    baseline = p95["nobody predicting"]
    rows = [
        (f"light user's rerun, {name}", f"{len(times)}", f"{statistics.median(times):.0f}", f"{p95[name]:.0f}",
         f"{p95[name] / baseline:.2f}")
        for name, times in waits.items()
    ]  # fmt: skip
    late = statistics.quantiles(took, n=20)[-1]
    rows.append(
        ("image to evidence, four predicting", f"{len(took)}", f"{statistics.median(took):.0f}", f"{late:.0f}", "")
    )
    write(
        Path(__file__).parent / "results" / "sessions.md",
        f"Sessions, {card.id}",
        __doc__ or "",
        ("", "n", "p50, ms", "p95, ms", "p95, x"),
        rows,
    )


def warm(url: str, data: bytes) -> None:
    """One answer, so that the models are loaded."""
    stop = threading.Event()
    answers: list[float] = []
    thread = threading.Thread(target=predicting, args=(url, [data], count(), stop, answers))
    thread.start()
    while not answers:
        time.sleep(0.2)
    stop.set()
    thread.join()


if __name__ == "__main__":
    main()
