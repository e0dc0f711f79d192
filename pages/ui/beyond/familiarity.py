"""The warning that a film lies outside what the model knows."""

from meddx.types import Familiarity, Prediction
from pages.ui import states

TITLE = "Outside what this model knows"


def warn(prediction: Prediction) -> None:
    """A panel where the film is unlike those the model learned from; nothing otherwise."""
    known = prediction.familiarity
    if known is not None and known.outside:
        states.panel("error", TITLE, warning(known))


def warning(known: Familiarity) -> str:
    """What was found, and what follows for the reader."""
    return (
        "Its network finds this film unlike those it learned from: "
        f"distance {known.distance:.1f}, where 95\N{NO-BREAK SPACE}% of its validation films lie within "
        f"{known.threshold:.1f}. Nobody has measured how good the model is on such films, so the findings below are in "
        "doubt, however sure they look. Check that this is the right film for this model, its exposure and its "
        "position; otherwise read the film without the model. Of suitable films about one in twenty is marked so too."
    )
