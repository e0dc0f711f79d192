"""Small films through one engine, while its cache of images fills and once it is full.

    python -m benchmarks.small_films

New phantoms of 256 x 208 pixels, a thousand at a time, by four threads that ask for a prediction as the worklist does:
2,500 fill the cache (meddx/engine/image_cache.py).
"""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.films import NewFilms, only_model
from benchmarks.report import options, results_folder, write
from meddx.engine.local import LocalEngine
from meddx.imaging.phantom import chest_phantom, phantom_dicom

MODEL, THREADS, DRAWN = "phantom-cnn", 4, 50


def main() -> None:
    """Measure and write the table."""
    arguments = options(__doc__ or "").parse_args()
    films = NewFilms([phantom_dicom(chest_phantom(seed, None, 256, 208)) for seed in range(DRAWN)])
    turn, size = threading.Lock(), 50 if arguments.tiny else 1000
    rows: list[tuple[str, str]] = []
    with only_model(MODEL) as models, ThreadPoolExecutor(THREADS) as pool:
        os.environ["MEDDX_MODELS"] = str(models)
        engine = LocalEngine()

        def answer(_: int) -> None:
            with turn:
                film = next(films)
            engine.predict(film, MODEL, hurry=False)

        try:
            answer(0)  # the model is loaded
            for thousand in range(2 if arguments.tiny else 5):
                start = time.perf_counter()
                list(pool.map(answer, range(size)))
                rows.append((f"{(thousand + 1) * size:,}", f"{size / (time.perf_counter() - start):.0f}"))
        finally:
            engine.stop()
    write(
        results_folder(arguments) / "small_films.md",
        f"Small films through one engine, {MODEL}",
        __doc__ or "",
        ("films so far", "films a second since the row before"),
        rows,
        tiny=arguments.tiny,
    )


if __name__ == "__main__":
    main()
