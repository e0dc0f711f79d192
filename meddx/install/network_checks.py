"""Check an added network: its answers against the given one's, its heat maps, its outputs and its cost."""

import resource
import time
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.map_evaluation.tf_keras_vis_maps import TfKerasVis
from meddx.explain.methods import METHODS
from meddx.explain.methods.compiled_passes import Logits
from meddx.explain.methods.grad_cam import GradCam
from meddx.formatting import percent
from meddx.install.import_report import ImportCheck
from meddx.model.importing.prepare import LARGEST_DIFFERENCE, Network
from meddx.model.loading import LoadedModel
from meddx.model.postprocessing import probabilities

LARGEST_MAP_DIFFERENCE = 1e-4
"""Between two Grad-CAM maps, as a share of the largest value of either."""
LEAST_SPREAD = 1e-4
"""Standard deviation of a label's probability over images below which it is called constant."""
SATURATED = 1e-3
"""Distance from 0 or 1 within which a probability is called saturated."""
MOST_SATURATED = 0.9
EXPLAINED_IMAGES = 4
TIMED_PASSES = 5


def check_network(folder: Path, loaded: LoadedModel, inputs: NDArray[np.float32]) -> list[ImportCheck]:
    """Return the checks that need no labelled image and not the given file."""
    return [
        check_repeatability(loaded, inputs),
        check_heat_maps(folder, loaded, inputs),
        check_cost(loaded, inputs),
    ]


def raw_answers(loaded: LoadedModel, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the probabilities (n, labels) of network inputs, by the card of the model as it was loaded."""
    return probabilities(Logits(loaded.network)(inputs), loaded.card)


def check_reproduction(original: Network, network: keras.Model, inputs: NDArray[np.float32]) -> ImportCheck:
    """Return whether the prepared network answers as the given one does, on the same network inputs."""
    prepared = np.asarray(network.predict_on_batch(inputs))
    difference = float(np.abs(original(inputs) - prepared).max())
    passed = difference <= LARGEST_DIFFERENCE
    words = f"The prepared network and the given one differ by at most {difference:.1g} on {len(inputs)} images."
    return ImportCheck(
        "reproduction",
        "Same answer as the file's own network",
        "passed" if passed else "failed",
        words if passed else f"{words} At most {LARGEST_DIFFERENCE:g} is right: do not use this model.",
        {"difference": difference, "images": float(len(inputs))},
    )


def check_repeatability(loaded: LoadedModel, inputs: NDArray[np.float32]) -> ImportCheck:
    """Return whether an image gets the same answer twice, alone and among others."""
    ask = Logits(loaded.network)
    first = probabilities(ask(inputs), loaded.card)
    again = probabilities(ask(inputs), loaded.card)
    alone = probabilities(np.concatenate([ask(inputs[row : row + 1]) for row in range(len(inputs))]), loaded.card)
    difference = float(max(np.abs(first - again).max(), np.abs(first - alone).max()))
    passed = difference <= LARGEST_DIFFERENCE
    words = f"Asked twice, and alone instead of among others, {len(inputs)} images differ by at most {difference:.1g}."
    return ImportCheck(
        "repeatability",
        "Same answer every time",
        "passed" if passed else "failed",
        words if passed else f"{words} A layer behaves at random or looks at the whole batch.",
        {"difference": difference},
    )


def check_heat_maps(folder: Path, loaded: LoadedModel, inputs: NDArray[np.float32]) -> ImportCheck:
    """Return whether Grad-CAM of the explained layer is that of tf-keras-vis on the same images."""
    name, title = "grad-cam", "Grad-CAM equals that of tf-keras-vis"
    counterpart = METHODS["grad-cam"].counterpart
    some = inputs[:EXPLAINED_IMAGES]
    _, maps = GradCam(loaded.network)(some)
    chosen = maps.max(axis=(2, 3)).argmax(axis=1)  # the label with the strongest evidence: others may have none
    try:
        if counterpart is None:
            raise ValueError("no counterpart")
        reference = TfKerasVis(folder, loaded.card, counterpart)
        theirs = reference(some, chosen.tolist())
    except Exception as error:  # another library, which fails on some networks
        words = f"tf-keras-vis cannot explain this network ({type(error).__name__}), so its map was not compared."
        return ImportCheck(name, title, "not measured", words)
    ours = maps[np.arange(len(some)), chosen]
    scale = max(float(np.abs(ours).max()), float(np.abs(theirs).max()))
    difference = float(np.abs(ours - theirs).max()) / scale if scale else 0.0
    passed = difference <= LARGEST_MAP_DIFFERENCE
    words = f"On {len(some)} images the maps differ by at most {difference:.1g} of their largest value."
    if not scale:
        words = f"On {len(some)} images both maps are empty: no evidence for any label."
    return ImportCheck(
        name,
        title,
        ("passed" if passed else "failed") if scale else "warning",
        words if passed else f"{words} Heat maps of this model are not to be relied on.",
        {"difference": difference},
    )


def check_outputs(probability: NDArray[np.floating], labels: tuple[str, ...], right: float | None) -> ImportCheck:
    """Return whether the outputs differ between images, and are not all certain.

    probability: (n, labels), uncalibrated. right: share of images whose most probable label is true, None where this
    is not known.
    """
    name, title = "outputs", "Outputs differ between images"
    spread = np.nan_to_num(probability, nan=0.0).std(axis=0)
    constant = [label for label, one in zip(labels, spread, strict=True) if one < LEAST_SPREAD]
    certain = float(((probability < SATURATED) | (probability > 1 - SATURATED)).mean())
    values = {"least_spread": float(spread.min()), "saturated": certain}
    if not np.isfinite(probability).all():
        return ImportCheck(
            name, title, "failed", "Some outputs are no numbers: the input's scaling may be wrong.", values
        )
    if constant:
        many = "" if len(constant) == len(labels) else f" for {', '.join(constant)}"
        return ImportCheck(
            name,
            title,
            "failed",
            f"The output is the same for every image{many}: wrong scaling, or a network that learned nothing.",
            values,
        )
    if certain > MOST_SATURATED and right is not None and right < MOST_SATURATED:
        return ImportCheck(
            name,
            title,
            "warning",
            f"{percent(certain)} of the probabilities are 0 or 1 to three digits, and only {percent(right)} "
            f"of the answers "
            "are right: the input's scaling may be wrong, or the network is far too sure.",
            values,
        )
    highest = set(probability.argmax(axis=1).tolist())
    if right is not None and right < MOST_SATURATED and len(highest) == 1:
        return ImportCheck(
            name,
            title,
            "warning",
            f"Every image scores highest for {labels[highest.pop()]}, which is right for {percent(right)} of them: the "
            "scores lean to one label. Thresholds allow for it, and the most probable label does not.",
            values,
        )
    return ImportCheck(name, title, "passed", f"Every output varies over {len(probability)} images.", values)


def check_cost(loaded: LoadedModel, inputs: NDArray[np.float32]) -> ImportCheck:
    """Return the time and memory of one image with all its heat maps, on this machine as it is loaded now."""
    explain = GradCam(loaded.network)
    explain(inputs[:1])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    for _ in range(TIMED_PASSES):
        start = time.perf_counter()
        explain(inputs[:1])
        seconds.append(time.perf_counter() - start)
    more = max(0, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    weights = 4 * loaded.card.weights.parameters / 2**20
    median = float(np.median(seconds))
    return ImportCheck(
        "cost",
        "Time and memory of one image",
        "passed",
        f"{1000 * median:.0f} ms with every heat map; the weights take {max(weights, 0.1):.1f} MiB.",
        {"seconds": median, "weights_mib": weights, "further_mib": more},
    )
