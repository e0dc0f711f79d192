"""The warning that an image lies outside what the model knows."""

from meddx.types import OodScore, Prediction
from pages.ui.common import notices

OOD_TITLE = "Outside what this model knows"


def render_ood_warning(prediction: Prediction) -> None:
    """A panel where the image is unlike those the model learned from; nothing otherwise."""
    known = prediction.ood
    if known is not None and known.is_outside:
        notices.render_notice("error", OOD_TITLE, ood_warning_text(known))


def ood_warning_text(known: OodScore) -> str:
    """What was found, and what follows for the reader."""
    return (
        "Its network finds this image unlike those it learned from: "
        f"distance {known.distance:.1f}, where 95\N{NO-BREAK SPACE}% of its validation images lie within "
        f"{known.threshold:.1f}. Nobody has measured how good the model is on such images, so the findings below are "
        "in doubt, however sure they look. Check that this is the right image for this model, its exposure and its "
        "position; otherwise read the image without the model. Of suitable images about one in twenty is marked so too."
    )
