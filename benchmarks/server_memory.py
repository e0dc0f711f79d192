"""Memory of a server after 1,000 films and after 100,000.

    python -m benchmarks.server_memory [--films N]

Four users send archives of a hundred new phantoms of 256 x 208 pixels, wait until every film is answered, with the
heat maps of the open one, leave, and come again as somebody else; they speak the browser's protocol without a browser.
After 1,000 films, after ten times as many, and so on, all leave; memory is that of the server and all its processes,
what they share counted once, when their sessions are over and it no longer falls; of each half, with what both share.
It takes about an hour.
"""

import io
import sys
import threading
import time
import zipfile

from benchmarks.coming_and_going import after_it_fell
from benchmarks.films import NewFilms, only_model
from benchmarks.memory import descendants, memory_of
from benchmarks.report import Measured, options, results_folder, write
from benchmarks.visitor import visiting
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from tests.browser.server import serving

MODEL, USERS, DRAWN, ARCHIVE, LONGEST_SECONDS = "phantom-cnn", 4, 200, 100, 600.0


def archive(films: NewFilms, number: int) -> bytes:
    """A ZIP archive of new films."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for film in range(number):
            packed.writestr(f"{film:03d}.dcm", next(films))
    return file.getvalue()


def visit(url: str, data: bytes, number: int) -> None:
    """Send an archive and wait until all its films are answered."""
    give_up = time.monotonic() + LONGEST_SECONDS
    with visiting(url) as visitor:
        visitor.upload(data, "films.zip")
        while not (visitor.answered and visitor.listed == f"{number} images" and not visitor.reading):
            if time.monotonic() > give_up:
                raise TimeoutError(f"{visitor.listed or 'no image'} after {LONGEST_SECONDS:.0f} s, {visitor.reading}")
            time.sleep(0.7)
            visitor.rerun()


class Users:
    """Who share a number of archives among them."""

    def __init__(self, url: str, films: NewFilms, size: int) -> None:
        self._url, self._films, self._size = url, films, size
        self._lock = threading.Lock()
        self.failures: list[str] = []

    def send(self, archives: int) -> None:
        """Send so many archives, four at a time."""
        left = iter(range(archives))
        threads = [threading.Thread(target=self._one_after_the_other, args=(left,)) for _ in range(USERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            sys.exit(f"{len(self.failures)} archives were not answered; the first: {self.failures[0]}")

    def _one_after_the_other(self, left) -> None:
        while not self.failures:
            with self._lock:
                if next(left, None) is None:
                    return
                data = archive(self._films, self._size)
            try:
                visit(self._url, data, self._size)
            except Exception as error:  # whatever it is, these films were not answered
                self.failures.append(f"{type(error).__name__}: {str(error)[:100]}")


def main() -> None:
    """Measure and write the table."""
    parser = options(__doc__ or "")
    parser.add_argument("--films", type=int, help="default: 100,000")
    arguments = parser.parse_args()
    size, least = (4, 16) if arguments.tiny else (ARCHIVE, 1000)
    last = arguments.films or (32 if arguments.tiny else 100_000)
    films = NewFilms(
        [phantom_dicom(chest_phantom(seed, None, 256, 208)) for seed in range(8 if arguments.tiny else DRAWN)]
    )
    after: dict[int, tuple[float, float, float]] = {}
    stops = sorted({last, *(least * 10**power for power in range(6) if least * 10**power < last)})
    with only_model(MODEL) as models, serving(models) as server:
        with visiting(server.url) as first:  # an engine that is starting unpacks no archive
            first.have_answered(next(films))
        users, sent = Users(server.url, films, size), 0
        for stop in stops:
            users.send((stop - sent) // size)
            sent = stop
            together, web = after_it_fell(server), server.process.pid
            after[stop] = together, memory_of([web]), memory_of(descendants(web))
            print(f"after {stop:,} films: {together:.0f} MiB", flush=True)
    at_first = after[stops[0]][0]
    write(
        results_folder(arguments) / "server_memory.md",
        f"Memory of a server after many films, {MODEL}",
        __doc__ or "",
        ("films", "MiB", "over the first", "MiB of the web process", "of the engine and its decoders"),
        [
            (f"{number:,}", f"{sizes[0]:.0f}", f"{sizes[0] / at_first:.2f}", f"{sizes[1]:.0f}", f"{sizes[2]:.0f}")
            for number, sizes in after.items()
        ],
        measured=[Measured("memory", f"{stops[-1]:,} over {stops[0]:,}", after[stops[-1]][0] / at_first)],
        tiny=arguments.tiny,
    )


if __name__ == "__main__":
    main()
