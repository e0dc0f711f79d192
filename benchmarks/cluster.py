"""Phantoms measured by a Ray cluster of two nodes with a core each, beside one process with two workers.

    pip install -r requirements-cluster.txt
    python -m benchmarks.cluster --films 10000

The films are DICOM phantoms (`meddx phantom`), the model is `phantom-cnn`. "One process" has two decoding threads and
TensorFlow on two batches at a time, as `meddx evaluate --keep` has on two cores. The cluster is that of
ray.cluster_utils: two nodes of one core, each in processes of its own. Both answer the same set piece by piece, from
files to logits and distances, in turns; before each turn sixteen batches are asked for, so that models are loaded and
compiled. The bytes of all answers are compared. Processor time is that of all processes of either way, Ray's own
included: on a machine that does other work too, it says more than the clock. In the last run a node is killed after a
third of the pieces.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from benchmarks.films import film_set
from benchmarks.goals import RAY
from benchmarks.memory import descendants, processor_seconds
from benchmarks.report import Measured, options, results_folder, write
from meddx import cli
from meddx.config import ROOT, models_dir

ABOUT = __doc__ or ""
MODEL = "phantom-cnn"


def main() -> None:
    """Measure and write the table."""
    parser = options(ABOUT)
    parser.add_argument("--films", type=int, help="default: 10,000")
    parser.add_argument("--turns", type=int, help="default: 3")
    parser.add_argument("--folder", type=Path, help="of phantoms, made if it is not there (default: a temporary one)")
    arguments = parser.parse_args()
    rows: list[tuple[str, str]] = []
    measured: list[Measured] = []
    absent = {} if find_spec("ray") is not None else {RAY: "not installed: ray"}
    if not absent:
        films = arguments.films or (256 if arguments.tiny else 10_000)
        os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "PYTHONPATH": str(ROOT)}
        with tempfile.TemporaryDirectory() as temporary:
            folder = arguments.folder or Path(temporary) / "phantoms"
            if not folder.exists():
                cli.main(["phantom", "--out", str(folder), "--n", str(films), "--seed", "1"])
            rows, measured = _measured(folder, arguments.turns or (1 if arguments.tiny else 3))
    write(
        results_folder(arguments) / "cluster.md",
        "Cluster",
        ABOUT,
        ("what", "result"),
        rows,
        measured=measured,
        not_measured=absent,
        tiny=arguments.tiny,
    )


def _measured(folder: Path, turns: int) -> tuple[list[tuple[str, str]], list[Measured]]:
    import ray
    from ray.cluster_utils import Cluster as LocalCluster

    from meddx.cluster.connection import cluster_at
    from meddx.cluster.model_outputs import cluster_outputs
    from meddx.evaluate.batched_inference import batch_size, model_outputs
    from meddx.evaluate.sets.labelled_set import LabelledSet
    from meddx.model.registry import find_model

    installed = find_model(models_dir(), MODEL)
    card = installed.card
    images = film_set(sorted((folder / "images").iterdir()), tuple(label.name for label in card.labels))
    few = images.subset(range(min(len(images), 16 * batch_size(card))))
    nodes = LocalCluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    lost = nodes.add_node(num_cpus=1)
    cluster = cluster_at(nodes.address)
    ask = _one_process(installed)
    ways: dict[str, Callable[[LabelledSet], Iterator[list]]] = {
        "one process with two workers": lambda films: model_outputs(ask, card, films, at_once=2),
        "Ray, two nodes of one core": lambda films: cluster_outputs(cluster, card, films, 0),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    work: dict[str, list[float]] = {name: [] for name in ways}
    answers = {}
    for turn in range(turns):
        for name, way in ways.items():
            list(way(few))
            start, cpu = time.perf_counter(), _processor_seconds()
            answers[name] = list(way(images))
            times[name].append(time.perf_counter() - start)
            work[name].append(_processor_seconds() - cpu)
            print(f"turn {turn + 1}, {name}: {times[name][-1]:.1f} s, processor {work[name][-1]:.1f} s", flush=True)
    one, two = answers.values()
    start, with_loss = time.perf_counter(), []
    for number, piece in enumerate(ways["Ray, two nodes of one core"](images)):
        with_loss.append(piece)
        if number == len(two) // 3:
            nodes.remove_node(lost, allow_graceful=False)
    killed = time.perf_counter() - start
    ray.shutdown()
    nodes.shutdown()
    best = {name: min(of) for name, of in times.items()}
    alone, together = best.values()
    least = [min(of) for of in work.values()]
    differ = sum(a != b for a, b in zip(_bytes(with_loss), _bytes(one), strict=True))
    rows = [
        *(
            (f"{len(images):,} films, {name}: best of {turns}", f"{best[name]:.1f} s, {len(images) / best[name]:.0f}/s")
            for name in ways
        ),
        ("all turns", "; ".join(f"{name} {', '.join(f'{one:.1f}' for one in of)} s" for name, of in times.items())),
        ("speed of the cluster beside the one process (goal at least 0.85)", f"{alone / together:.2f}"),
        (
            "processor time, all turns",
            "; ".join(f"{name} {', '.join(f'{x:.1f}' for x in work[name])} s" for name in ways),
        ),
        ("processor time of the one process beside the cluster's", f"{least[0] / least[1]:.2f}"),
        ("same bytes", "yes" if _bytes(one) == _bytes(two) else "NO"),
        ("a node killed after a third: time", f"{killed:.1f} s"),
        ("a node killed after a third: answers that differ", f"{differ}"),
    ]
    measured = [Measured("cluster", MODEL, alone / together), Measured("cluster, lost", "", differ)]
    return rows, measured


def _one_process(installed):
    from meddx.model.tensorflow_startup import start_tensorflow_on_cores

    start_tensorflow_on_cores(1, 2)
    from meddx.evaluate.logits_and_distances import LogitsAndDistances
    from meddx.evaluate.model_references import read_model_references
    from meddx.model.loading import load_model

    detector = read_model_references(installed.folder, installed.card).statistics
    return LogitsAndDistances(load_model(installed.folder), detector)


def _processor_seconds() -> float:
    """Processor time so far of this process and all below it: Ray's own processes, the nodes' and the decoders'."""
    return sum(map(processor_seconds, (os.getpid(), *descendants(os.getpid()))))


def _bytes(pieces) -> list[bytes]:
    return [one.logits.tobytes() + str(one.distance).encode() for piece in pieces for one in piece]


if __name__ == "__main__":
    main()
