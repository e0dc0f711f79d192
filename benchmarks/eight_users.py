"""Eight users at once: films a second beside the offline batch, and the longest wait beside the mean.

    python -m benchmarks.eight_users [--films N] [--model ID]

Each user sends a new 2048 x 2500 DICOM film of 10 MB and, once it is answered, the next. Three ways by the engine or by
pages: `prediction`, with the Grad-CAM of every label; `findings`, the same by pages, which draw the image too: users
speak the browser's protocol, fetch the image as the viewer does, ask again every 0.4 s as the page does, and begin a
new session after ten films; `heat map`, where they wait for that of the model's default method too. Beside the first
two the offline batch, `meddx predict` on as many films: the time of 8 films, its start with it, is taken off that of 8
more than there are films. Between it and pages lie the drawing of the image and the way of 10 MB from browser to engine
and back. No command computes heat maps without writing them as pictures, so that these have no batch beside them; they
are a quarter of the films.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from benchmarks.films import NewFilms, only_model
from benchmarks.image import COLUMNS, ROWS, image
from benchmarks.report import Measured, options, results_folder, write
from benchmarks.visitor import visiting
from meddx.config import ROOT
from meddx.engine.local import LocalEngine
from meddx.model.inference.evidence import evidence_of
from meddx.model.registry import find_model
from tests.browser.server import serving

USERS, FEW, FILMS_A_SESSION = 8, 8, 10
User = Callable[["Taken"], None]


class Taken:
    """Films that the users take from one pile, and the seconds that each waited for its answer."""

    def __init__(self, films: NewFilms, number: int) -> None:
        self._films, self._left, self._lock = films, number, threading.Lock()
        self.waits: list[float] = []

    def next(self) -> bytes | None:
        """Return a new film, None where none is left."""
        with self._lock:
            self._left -= 1
            return next(self._films) if self._left >= 0 else None


def at_once(user: User, films: NewFilms, number: int) -> tuple[float, list[float]]:
    """Return films a second, and the waits, of users who take so many films together."""
    taken, start = Taken(films, number), time.perf_counter()
    threads = [threading.Thread(target=user, args=(taken,)) for _ in range(USERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(taken.waits) < number:
        sys.exit(f"{number - len(taken.waits)} of {number} films were not answered: see what was said above")
    return number / (time.perf_counter() - start), taken.waits


def by_engine(engine: LocalEngine, model: str) -> User:
    """A user who asks the engine."""
    owners = count()

    def user(taken: Taken) -> None:
        own = engine.owned_by(f"user {next(owners)}")
        while (film := taken.next()) is not None:
            start = time.perf_counter()
            own.predict(film, model)
            taken.waits.append(time.perf_counter() - start)

    return user


def by_page(url: str, evidence: bool) -> User:
    """A user who has the page open. evidence: wait for it, not for the findings alone."""

    def user(taken: Taken) -> None:
        film = taken.next()
        while film is not None:
            with visiting(url) as visitor:
                for _ in range(FILMS_A_SESSION):
                    if film is None:
                        break
                    start = time.perf_counter()
                    visitor.have_answered(film, evidence)
                    taken.waits.append(time.perf_counter() - start)
                    film = taken.next()

    return user


def offline(films: NewFilms, number: int, models: Path, model: str) -> float:
    """Films a second of `meddx predict`, without its start; a first run, which may compile, does not count."""
    with tempfile.TemporaryDirectory() as folder:
        _, few, all_of_them = (
            _predict(Path(folder) / str(at), films, files, models, model)
            for at, files in enumerate((FEW, FEW, FEW + number))
        )
    return number / (all_of_them - few)


def _predict(folder: Path, films: NewFilms, number: int, models: Path, model: str) -> float:
    folder.mkdir()
    for film in range(number):
        (folder / f"{film:06d}.dcm").write_bytes(next(films))
    command = [sys.executable, "-m", "meddx", "predict", str(folder), "--model", model, "--json"]
    start = time.perf_counter()
    environment = os.environ | {"MEDDX_MODELS": str(models)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


def _measured(
    films: NewFilms, number: int, models: Path, model: str
) -> dict[str, tuple[float | None, float, list[float]]]:
    """Films a second of the batch, where there is one, and of the users, and their waits, by what they ask for."""
    os.environ["MEDDX_MODELS"] = str(models)
    found: dict[str, tuple[float | None, float, list[float]]] = {}
    alone = offline(films, number, models, model)
    engine = LocalEngine()
    while engine.status().state != "ready" or not _chosen(models, model):
        time.sleep(0.2)
    at_once(by_engine(engine, model), films, FEW)
    found["prediction, by the engine"] = alone, *at_once(by_engine(engine, model), films, number)
    engine.stop()
    with serving(models) as server:
        at_once(by_page(server.url, evidence=True), films, FEW)
        found["findings, by pages"] = alone, *at_once(by_page(server.url, evidence=False), films, number)
    with serving(models) as server:  # without the maps that were begun for the films before
        at_once(by_page(server.url, evidence=True), films, FEW)
        few = max(number // 4, USERS)
        found["heat map, by pages"] = None, *at_once(by_page(server.url, evidence=True), films, few)
    return found


def _chosen(models: Path, model: str) -> bool:
    """Return whether it is known what runs the model fastest, which is measured once on a machine, for seconds."""
    weights = find_model(models, model).card.weights.sha256
    return find_spec("onnxruntime") is None or evidence_of(weights) is not None


def main() -> None:
    """Measure and write the table."""
    parser = options(__doc__ or "")
    parser.add_argument("--films", type=int, help="of each way (default: 160)")
    parser.add_argument("--model", default="chest-efficientnet")
    arguments = parser.parse_args()
    number = arguments.films or (16 if arguments.tiny else 160)
    shape = (512, 416) if arguments.tiny else (ROWS, COLUMNS)
    films = NewFilms([image(seed, "DX", "CHEST", shape) for seed in range(6)])
    with only_model(arguments.model) as models:
        found = _measured(films, number, models, arguments.model)
    rows: list[tuple[str, ...]] = []
    measured = []
    for name, (alone, rate, waits) in found.items():
        mean, longest = statistics.mean(waits), max(waits)
        rows.append(
            (
                name,
                "" if alone is None else f"{alone:.2f}",
                f"{rate:.2f}",
                "" if alone is None else f"{rate / alone:.2f}",
                f"{mean:.2f}",
                f"{longest:.2f}",
                f"{longest / mean:.1f}",
            )
        )
        measured.append(Measured("users, longest wait", name, longest / mean))
        if alone is not None:
            measured.append(Measured("users, throughput", name, rate / alone))
    write(
        results_folder(arguments) / "eight_users.md",
        f"Eight users at once, {number} films of {shape[0]} x {shape[1]}, {arguments.model}",
        __doc__ or "",
        (
            "8 users ask for",
            "offline batch, films a second",
            "8 users, films a second",
            "over the offline batch",
            "mean wait, s",
            "longest, s",
            "longest over mean",
        ),
        rows,
        measured=measured,
        tiny=arguments.tiny,
    )


if __name__ == "__main__":
    main()
