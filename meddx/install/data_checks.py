"""Check an added model on labelled images: order of labels and channels, preprocessing, copies of images."""

import numpy as np
from numpy.typing import NDArray

from meddx.install.import_report import ImportCheck
from meddx.install.label_order import LEAST_GAIN, label_order
from meddx.install.survey import SurveyedSet
from meddx.install.tried_preprocessing import (
    AS_GOOD,
    GOOD_LOSS,
    Preprocessing,
    PreprocessingComparison,
    TriedPreprocessing,
)
from meddx.model.card import Calibration
from meddx.model.importing.found_model import ChannelOrder, FoundModel, Scaling

FEWEST_ORDERED = 10
"""Images below which nothing is said of the order of labels."""
USUAL_TEMPERATURES = 0.05, 20.0
"""Outside of these, a temperature is no calibration: it makes the network certain, or takes its answers away."""


def check_label_order(
    probability: NDArray[np.floating], targets: NDArray[np.bool_], labels: tuple[str, ...]
) -> ImportCheck:
    """Return whether another order of the labels would tell them better. probability, targets: (n, labels)."""
    name, title = "label order", "Labels are in the order of the outputs"
    if len(targets) < FEWEST_ORDERED:
        return ImportCheck(
            name, title, "not measured", f"Fewer than {FEWEST_ORDERED} labelled images say nothing of it."
        )
    order = label_order(probability, targets)
    values = {"auroc": order.auroc, "best_auroc": order.best}
    if order.looks_swapped:
        named = ", ".join(labels[order.order.index(output)] for output in range(len(labels)))
        return ImportCheck(
            name,
            title,
            "failed",
            f"The labels look swapped: mean AUROC {order.auroc:.3f}, and {order.best:.3f} in the order {named}. "
            f"Add the model again with --labels {named.replace(', ', ',')}.",
            values,
        )
    if order.auroc < 0.5:
        return ImportCheck(
            name,
            title,
            "warning",
            f"Mean AUROC is {order.auroc:.3f}, below chance, in any order of the labels.",
            values,
        )
    if order.auroc < 0.5 + LEAST_GAIN:
        return ImportCheck(
            name,
            title,
            "warning",
            f"Mean AUROC is {order.auroc:.3f} on {len(targets)} images, and 0.5 is chance: the model does not tell "
            "these labels apart, so that nothing is known of their order. Are these its labels, and its images?",
            values,
        )
    return ImportCheck(
        name,
        title,
        "passed",
        f"Mean AUROC {order.auroc:.3f} on {len(targets)} images; no other order is better.",
        values,
    )


def check_preprocessing(
    comparison: PreprocessingComparison, way: Preprocessing, found: FoundModel, *, scaling_stated: bool
) -> list[ImportCheck]:
    """Return whether another scaling, resize or channel order than the chosen ones tells the labels better.

    scaling_stated: whether who adds the model said it; else it was chosen on these images.
    """
    resizes = (way.resize, comparison.best.resize, *(one.resize for one in comparison.tried))
    measured = (comparison.of(way.scaling, resize, way.channel_order) for resize in resizes)
    chosen = next((one for one in measured if one is not None), None)
    if chosen is None:
        words = "The chosen preprocessing was not among those compared."
        return [ImportCheck("scaling", "Scaling suits the network", "not measured", words)]
    return [
        _scaling(comparison, chosen, found, scaling_stated),
        _resize(comparison, chosen),
        *([_channels(comparison, chosen)] if any(one.reversed_channels for one in comparison.tried) else []),
    ]


def scaled_twice(found: FoundModel, scaling: Scaling) -> str | None:
    """Return a sentence where the network scales its input itself and is given scaled values, else None."""
    if found.scaling_inside is None or scaling in found.scalings:
        return None
    return (
        f"The image is scaled twice: the network scales it itself ({found.scaling_inside}), and {scaling} scales it "
        "before. Use --scaling inside."
    )


def _scaling(
    comparison: PreprocessingComparison, chosen: TriedPreprocessing, found: FoundModel, stated: bool
) -> ImportCheck:
    others = [
        one for one in comparison.tried if (one.resize, one.channel_order) == (chosen.resize, chosen.channel_order)
    ]
    best = _best(others)
    values = _values(chosen, best)
    twice = scaled_twice(found, chosen.scaling)
    name, title = "scaling", "Scaling suits the network"
    if twice:
        inside = comparison.of("inside", chosen.resize, chosen.channel_order)
        beside = f" On these images: {_numbers(chosen)}; with inside {_numbers(inside)}." if inside else ""
        return ImportCheck(name, title, "failed", twice + beside, values)
    if chosen.is_clearly_worse(best):
        return ImportCheck(
            name,
            title,
            "failed",
            f"Scaling {best.scaling} suits better: {_numbers(best)}, and {_numbers(chosen)} with {chosen.scaling}.",
            values,
        )
    as_good = [one for one in others if one.scaling != chosen.scaling and not one.is_clearly_worse(chosen)]
    if not as_good or stated:
        words = f"No scaling suits better than {chosen.scaling}: {_numbers(chosen)}."
        return ImportCheck(name, title, "passed", words, values)
    beside = "; ".join(f"{one.scaling}: {_numbers(one)}" for one in (chosen, *as_good))
    words = f"These images do not tell the scalings apart ({beside}); {chosen.scaling} was taken."
    if chosen.log_loss <= GOOD_LOSS:  # as right with any of them
        return ImportCheck(name, title, "passed", words, values)
    ask = "It may be wrong: ask who trained the network and add the model again with --scaling."
    return ImportCheck(name, title, "warning", f"{words} {ask}", values)


def _resize(comparison: PreprocessingComparison, chosen: TriedPreprocessing) -> ImportCheck:
    name, title = "resize", "Images are brought to size as in training"
    if comparison.same_shape:
        words = "All images have the input's shape, so that padding, stretching and cutting are the same."
        return ImportCheck(name, title, "not measured", words)
    others = [
        one for one in comparison.tried if (one.scaling, one.channel_order) == (chosen.scaling, chosen.channel_order)
    ]
    best = _best(others)
    if chosen.is_clearly_worse(best):
        trained = " as for a network trained on crops" if best.resize == "crop" else ""
        return ImportCheck(
            name,
            title,
            "failed",
            f"Resize {best.resize} suits better{trained}: {_numbers(best)}, "
            f"and {_numbers(chosen)} with {chosen.resize}.",
            _values(chosen, best),
        )
    words = f"No other way suits better than {chosen.resize}: {_numbers(chosen)}."
    return ImportCheck(name, title, "passed", words, _values(chosen, best))


def _channels(comparison: PreprocessingComparison, chosen: TriedPreprocessing) -> ImportCheck:
    name, title = "channels", "Colours are in the order of training"
    other: ChannelOrder = "rgb" if chosen.reversed_channels else "bgr"
    backwards = next(one for one in comparison.tried if (one.scaling, one.channel_order) == (chosen.scaling, other))
    chosen = comparison.of(chosen.scaling, backwards.resize, chosen.channel_order) or chosen  # as that was resized
    if chosen.is_clearly_worse(backwards):
        order = "BGR" if (other == "bgr") != (chosen.scaling == "caffe") else "RGB"
        return ImportCheck(
            name,
            title,
            "failed",
            f"The network seems trained on {order}: {_numbers(backwards)} with reversed channels, and "
            f"{_numbers(chosen)} as it is. Add the model again with --channels {other}.",
            _values(chosen, backwards),
        )
    if chosen.best_order_auroc - chosen.auroc > AS_GOOD and backwards.auroc > chosen.auroc + AS_GOOD:
        return ImportCheck(
            name,
            title,
            "warning",
            f"Reversed channels tell the labels as they are named (AUROC {backwards.auroc:.3f}, and {chosen.auroc:.3f} "
            "as it is): either the labels are swapped, or the network was trained on the other order of colours.",
            _values(chosen, backwards),
        )
    words = f"Reversed channels do not suit better: {_numbers(backwards)}."
    return ImportCheck(name, title, "passed", words, _values(chosen, backwards))


def check_temperature(calibration: Calibration) -> ImportCheck:
    """Return whether a temperature calibrates the network, and does not make it certain or take its answers away."""
    name, title, temperature = "temperature", "Probabilities could be calibrated", calibration.temperature
    values = {"temperature": temperature}
    lowest, highest = USUAL_TEMPERATURES
    if lowest < temperature < highest:
        return ImportCheck(name, title, "passed", f"Temperature {temperature:.3g}.", values)
    beyond = f"Temperature {temperature:.3g} is outside {lowest:g} to {highest:g}:"
    advice = "Look at the labels, the scaling and the images, and calibrate it on more of them."
    if temperature <= lowest:
        why = f"{beyond} the network is right on every image it was calibrated on, so nothing says how sure it may be."
    else:
        why = f"{beyond} its answers say nothing of these labels, or name the wrong ones."
    return ImportCheck(name, title, "warning", f"{why} Do not read its numbers as probabilities. {advice}", values)


def check_copies(surveyed: SurveyedSet) -> ImportCheck:
    """Return whether images occur more than once, under several patients or with several labels."""
    name, title = "copies", "No test image is among those of the calibration"
    values = {
        "copies": float(surveyed.copies),
        "across": float(surveyed.across),
        "conflicts": float(surveyed.conflicts),
    }
    if not surveyed.copies:
        return ImportCheck(name, title, "passed", "Every image occurs once.", values)
    words = f"{surveyed.copies} images are copies of others, pixel by pixel"
    if surveyed.across:
        words += f", {surveyed.across} of them under another patient; they were kept in one part with their original"
    if surveyed.conflicts:
        words += f"; {surveyed.conflicts} have another label than their original, so some labels are wrong"
    return ImportCheck(name, title, "warning", f"{words}.", values)


def check_reference_leak(surveyed: SurveyedSet, known: frozenset[str], where: str) -> ImportCheck:
    """Return whether images of the set are among those known. known: digests; where: what these are."""
    seen = sum(digest in known for digest in surveyed.digests)
    name, title = "known images", f"No image is among {where}"
    values = {"known": float(seen), "images": float(len(surveyed.digests))}
    if not seen:
        return ImportCheck(name, title, "passed", f"None of {len(surveyed.digests)} images is among {where}.", values)
    words = f"{seen} of {len(surveyed.digests)} images are among {where}: results on them are too good."
    return ImportCheck(name, title, "failed", words, values)


def _best(tried: list[TriedPreprocessing]) -> TriedPreprocessing:
    """Return the best of some ways; `tried` is in the order of a comparison, the best first."""
    return tried[0]


def _numbers(one: TriedPreprocessing) -> str:
    return f"AUROC {one.best_order_auroc:.3f}, log loss {one.log_loss:.3f}"


def _values(chosen: TriedPreprocessing, other: TriedPreprocessing) -> dict[str, float]:
    return {
        "auroc": chosen.best_order_auroc,
        "log_loss": chosen.log_loss,
        "best_auroc": other.best_order_auroc,
        "best_log_loss": other.log_loss,
    }
