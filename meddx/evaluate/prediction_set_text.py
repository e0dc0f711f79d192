"""What the prediction set of an image says, with the coverage that was measured for it."""

from collections.abc import Mapping, Sequence

from meddx.evaluate.estimates import Estimate
from meddx.evaluate.recorded_coverage import below_target
from meddx.formatting import percent
from meddx.model.card import Card
from meddx.types import Prediction

_SPELLED_OUT = 4
"""Most labels whose coverage is named one by one."""

Coverage = Mapping[str, Estimate]


def prediction_set_sentence(prediction: Prediction, card: Card, coverage: Coverage | None = None) -> str:
    """Return the labels of the prediction set in words, and how far to believe the list.

    coverage: label -> observed coverage on recorded test cases, None where it was not measured. A label whose coverage
    is clearly below the target is not called excluded.
    """
    kept = prediction.prediction_set
    if kept is None or card.calibration is None:
        return "Not known: this model was not calibrated, so it excludes nothing."
    target = card.calibration.coverage
    titles = {label.name: label.title for label in card.labels}
    listed = [titles[name] for name in titles if name in kept]
    low = below_target(coverage or {}, target)
    doubtful = [name for name in titles if name in low and name not in kept]
    return " ".join(
        [
            _listed(listed, card, bool(doubtful)),
            *_not_excluded_either(doubtful, titles, coverage or {}),
            *_beside_the_findings([titles[name] for name in prediction.findings if name not in kept], target),
            _coverage(titles, coverage, percent(target)),
        ]
    )


def _listed(listed: Sequence[str], card: Card, doubtful: bool) -> str:
    if not listed and doubtful:
        return "None is listed."
    if not listed and card.task == "multilabel":
        return "None: all are excluded."
    if not listed:
        return "None fits: the image may be unlike the training images."
    if len(listed) == len(card.labels):
        return "All are still possible: the model excludes none."
    return f"Still possible: {_joined(listed)}."


def _not_excluded_either(doubtful: Sequence[str], titles: Mapping[str, str], coverage: Coverage) -> list[str]:
    """Return the labels that are not listed and yet not excluded, since lists missed them too often."""
    if not doubtful:
        return []
    each = [
        f"{titles[name]} (such lists held it in only {percent(coverage[name].value)} of {coverage[name].n:,} test "
        "images with it)"
        for name in doubtful
    ]
    return [f"Not excluded either: {_joined(each)}."]


def _beside_the_findings(beyond: Sequence[str], target: float) -> list[str]:
    """Return why a label at or above its cut-off may be missing from the list. beyond: titles of such labels."""
    if not beyond:
        return []
    return [
        f"Above the cut-off and yet not listed: {_joined(beyond)}. The cut-off balances missed and false calls, while "
        f"the list leaves out what scores as low as the lowest {percent(1 - target)} of validation images with that "
        "diagnosis; what is above the cut-off counts all the same."
    ]


def _coverage(titles: Mapping[str, str], coverage: Coverage | None, target: str) -> str:
    if coverage is None:
        return f"Such lists are meant to contain the true diagnosis in {target} of cases; this was not measured here."
    if len(coverage) <= _SPELLED_OUT:
        measured = ", ".join(f"{titles[name]} {percent(coverage[name].value)}" for name in titles)
    else:
        lowest, *_, highest = sorted(coverage, key=lambda name: coverage[name].value)
        measured = (
            f"from {percent(coverage[lowest].value)} ({titles[lowest]}) to {percent(coverage[highest].value)} "
            f"({titles[highest]})"
        )
    return (
        f"Such lists are meant to contain the true diagnosis in {target} of cases; on test images they did: {measured}."
    )


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
