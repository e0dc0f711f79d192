"""What speaks against relying on an answer: the image is out of distribution, unlike the training images; cautions."""

from meddx.model.card import Card
from meddx.types import OodScore, Prediction
from pages.ui.common import notices
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated

CAUTION_TITLE = N_("Check this image")


def render_warnings(prediction: Prediction, card: Card) -> None:
    """Draw that the image's distance exceeds the model's limit, and each caution; nothing where there is neither."""
    score = prediction.ood
    if score is not None and score.is_outside:
        notices.render_notice("error", ood_title(card), ood_warning_text(score, card))
    for caution in prediction.cautions:
        notices.render_notice("error", _(CAUTION_TITLE), translated(caution))


def short_warnings(prediction: Prediction, card: Card) -> list[str]:
    """Return the same where there is little room, a sentence each."""
    outside = prediction.ood is not None and prediction.ood.is_outside
    return [
        *([_("Unlike the {images}.").format(images=reference_images(card))] if outside else []),
        *map(translated, prediction.cautions),
    ]


def reference_images(card: Card) -> str:
    """Return which images a new one is compared with, a plural noun for a sentence."""
    return translated(card.reference_images)


def ood_title(card: Card) -> str:
    """Return the warning's title; what was not trained here is compared with the images of its calibration."""
    return _("Unlike the {images}").format(images=reference_images(card))


def ood_warning_text(score: OodScore, card: Card) -> str:
    """Return the distance and its limit, then what they mean for the reader."""
    return _(
        "Distance from the {images}: {distance}; limit: {limit}. Of the images that the limit was set on, in their own "
        "and in other sizes and encodings, 95\N{NO-BREAK SPACE}% lie within it and 5\N{NO-BREAK SPACE}% beyond it. "
        "The model's accuracy on images beyond it is unknown: do not rely on the findings below, however high their "
        "probability. Check that the image suits this model and is well exposed and positioned. If in doubt, read it "
        "without the model."
    ).format(images=reference_images(card), distance=f"{score.distance:.1f}", limit=f"{score.threshold:.1f}")
