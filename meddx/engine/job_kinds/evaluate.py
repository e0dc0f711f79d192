"""Run a model over a labelled set as a resumable job whose result does not depend on interruptions.

But for the last digits, where another runtime was chosen for the model between two of them (docs/performance.md).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meddx.config import cluster_address
from meddx.engine.contract import JobContext
from meddx.engine.evaluation_job import (
    PIXELS_FILE,
    PREDICTIONS_FILE,
    REFUSED_FILE,
    EvaluationSet,
    open_evaluation_set,
    take_upload,
)
from meddx.errors import Refused
from meddx.evaluate.batched_inference import Outputs, model_outputs
from meddx.evaluate.case_pseudonyms import numbered_patients
from meddx.evaluate.kept_answers import KeptAnswers
from meddx.evaluate.logits_and_distances import LogitsAndDistances
from meddx.evaluate.ood_detector import OodDetector
from meddx.evaluate.predict_set import predictions_of
from meddx.evaluate.predictions import write_predictions
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.types import Progress, Refusal
from meddx.whole_file import whole_file, write_private

if TYPE_CHECKING:
    from meddx.model.loading import LoadedModel

_READING = "Reading images"
_TRIES = "tries.json"
_MOST_TRIES = 5
"""Times that the process may end at the same images: whatever ends it then is no chance."""


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Return n, refused (rule -> number of images), left_out, model, version, card (its fingerprint), title, labels.

    arguments: see meddx.engine.evaluation_job, and `folder`. Writes predictions.parquet and refused.json there. Raises
    Refused, and CardError for a model that cannot be used.
    """
    folder: Path = arguments["folder"]
    progress(0, 0, "Loading the model")
    loaded = context.loaded(arguments["model"])
    detector = context.ood_detector(arguments["model"])
    card = loaded.card
    take_upload(arguments, folder, progress)
    progress(0, 0, "Reading the list of images")
    measured = open_evaluation_set(arguments, folder, card)
    images = measured.images
    if not images.cases:
        raise Refused("empty-set", "No image of the set is to be measured: map at least one of its classes to a label.")
    _keep_pixels(folder / PIXELS_FILE, images)
    kept = KeptAnswers(folder, card, images, detector)
    outputs = _outputs(context, loaded, detector, lambda: progress(min(kept.done, len(images)), len(images), _READING))
    with _counted_try(folder, kept.done), closing(kept.complete(outputs)) as pieces:
        progress(min(kept.done, len(images)), len(images), _READING)
        for _ in pieces:
            progress(kept.done, len(images), _READING)
    return _finish(folder, measured, detector, kept)


def _outputs(
    context: JobContext, loaded: "LoadedModel", detector: OodDetector | None, beat: Callable[[], None]
) -> Outputs:
    """Return what answers the images: this process, or the cluster where the settings name one."""
    address = cluster_address()
    if address is not None:
        from meddx.cluster.connection import cluster_at
        from meddx.cluster.model_outputs import cluster_outputs

        return partial(cluster_outputs, cluster_at(address), loaded.card, beat=beat, isolated=True)
    ask = LogitsAndDistances(loaded, detector, context.answers(loaded.card.id))
    return lambda images, first: model_outputs(ask, loaded.card, images.decoded_by(context.decode), first)


def _keep_pixels(path: Path, images: LabelledSet) -> None:
    """Write down once what identifies the pixels of each case, for whoever opens it later."""
    if path.exists():
        return
    keys: dict[str, str] = {}
    for case in images.cases:
        with suppress(Refused):  # an image that is missing is refused in its place
            keys[case.id] = case.pixels_digest()
    write_private(path, json.dumps(keys).encode())


@contextmanager
def _counted_try(folder: Path, done: int) -> Iterator[None]:
    """Count a try at the images after the first `done` while it lasts: it stays counted where the process ends in it.

    Raises Refused where as many as may be have ended so.
    """
    path = folder / _TRIES
    tries = json.loads(path.read_bytes()) if path.exists() else []
    tries = [at for at in tries if at == done]
    if len(tries) >= _MOST_TRIES:
        raise Refused(
            "ends-the-process",
            f"The engine ended {_MOST_TRIES} times while it measured what follows the first {done} images of this set: "
            "leave some of that out, or report this.",
        )
    write_private(path, json.dumps([*tries, done]).encode())
    try:
        yield
    except Exception:
        with suppress(OSError):  # a full disk, perhaps, which is what is raised then
            write_private(path, json.dumps(tries).encode())
        raise


def _finish(folder: Path, measured: EvaluationSet, detector: OodDetector | None, kept: KeptAnswers) -> dict[str, Any]:
    images, grouping = measured.images, measured.grouping
    answers, rows, refused = [], [], []
    for row, answer in enumerate(kept.answers()):
        if isinstance(answer, Refusal):
            refused.append({"case": images.cases[row].id, "rule": answer.rule, "reason": answer.reason})
        else:
            answers.append(answer)
            rows.append(row)
    write_private(folder / REFUSED_FILE, json.dumps(refused).encode())
    rules = dict(Counter(one["rule"] for one in refused).most_common())
    if not rows:
        raise Refused("no-image-read", f"None of the {len(images)} images could be measured. {refused[0]['reason']}")
    predictions = numbered_patients(predictions_of(images.subset(rows), answers, grouping, detector))
    with whole_file(folder / PREDICTIONS_FILE, private=True) as partial:
        write_predictions(partial, predictions)
    card = grouping.card
    return {
        "model": card.id,
        "version": card.version,
        "card": card.fingerprint,
        "title": card.title,
        "labels": list(grouping.labels),
        "n": len(rows),
        "refused": rules,
        "left_out": measured.left_out,
    }
