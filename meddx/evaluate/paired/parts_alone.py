"""Read what the parts of a fusion say alone of its own cases, as systems to compare it with.

`meddx train` trains the image alone and the record with the note alone from the fusion's recipe
(meddx.training.baselines), and leaves what they say of the validation and test cases in the model folder.
"""

from dataclasses import replace
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.operating_point import youden_threshold
from meddx.evaluate.paired.system import System, system_of_model
from meddx.evaluate.predictions import read_predictions
from meddx.model.card import Card
from meddx.model.registry import ModelFolder

IMAGE, RECORD = "image", "record"
"""The parts that are trained alone; the note goes with the record."""
_PARTS = (IMAGE, RECORD)


def part_file(set_name: str, part: str) -> str:
    """Return the file of a part's predictions in the model folder. set_name: "validation" or "test"."""
    return f"predictions-{set_name}-{part}.parquet"


def has_parts_alone(model: ModelFolder) -> bool:
    """Return whether the model's folder holds what its parts say alone."""
    return all(path.is_file() for path in parts_files(model))


def parts_files(model: ModelFolder) -> tuple[Path, ...]:
    """Return the files that hold what the model's parts say alone, whether they exist or not."""
    return tuple(model.folder / part_file(name, part) for name in ("validation", "test") for part in _PARTS)


def parts_alone(model: ModelFolder) -> list[System]:
    """Return the image alone and the record alone on the model's test cases, with thresholds of validation cases.

    Raises Refused for a model whose folder does not hold them, and for other labels than the card's.
    """
    if not has_parts_alone(model):
        raise Refused(
            "no-parts-alone",
            f"{model.card.id} has no predictions of its image and its record alone; only models that take a record or "
            "a note, and were trained here, have them: leave the parts out.",
        )
    return [_alone(model, part) for part in _PARTS]


def alone_name(card: Card, part: str) -> str:
    """Return a part that is alone, for readers: "image alone", "record and note alone"."""
    rest = [one for one in card.parts if one != "image"]
    return f"{'image' if part == IMAGE else ' and '.join(rest)} alone"


def _alone(model: ModelFolder, part: str) -> System:
    card = model.card
    validation, test = (read_predictions(model.folder / part_file(name, part)) for name in ("validation", "test"))
    if {*validation.labels, *test.labels} != {label.name for label in card.labels}:
        raise Refused(
            "other-labels", f"What the {part} of {card.id} says alone is not of its card's labels; train it again."
        )
    name, columns = alone_name(card, part), [validation.labels.index(label) for label in test.labels]
    return replace(
        system_of_model(card, test),
        id=f"{card.id}: {name}",
        title=f"{card.title}: {name}",
        kind="file",
        thresholds=tuple(
            youden_threshold(validation.probabilities[:, column], validation.targets[:, column]) for column in columns
        ),
        parameters=None,
        version="",
        is_calibrated=True,
        network=None,
    )
