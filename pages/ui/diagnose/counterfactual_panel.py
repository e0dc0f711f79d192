"""The counterfactual on request: the smallest area of the image whose blurring flips the chosen finding."""

from typing import Any

from meddx.formatting import percent, probability
from meddx.model.card import Card
from meddx.types import Counterfactual
from pages.ui.common import job_panel, notices
from pages.ui.common.session import SessionCase

COUNTERFACTUAL_TITLE = "Smallest change that flips the result"
COUNTERFACTUAL_TEXT = job_panel.PanelText(
    button=COUNTERFACTUAL_TITLE,
    help="Blurs one area of the image after another and runs the model on each version, about a hundred times. This "
    "takes some seconds. The area found is outlined on the image.",
    running="Blurring one area after another",
    failed="The search failed",
)


def render_counterfactual(case: SessionCase, card: Card, label: str) -> dict[str, Any]:
    """Draw the button, the progress or the result; return {"outline": rows of booleans} where an area was found.

    Nothing for a label without a cut-off: no result could flip.
    """
    if next(other.threshold for other in card.labels if other.name == label) is None:
        return {}
    key = (*case.key(card.key), label)
    arguments = {"data": case.data, "frame": case.frame, "model": card.key, "label": label}
    arguments |= key[2].arguments()
    title = next(other.title for other in card.labels if other.name == label)
    request = job_panel.JobRequest(
        case.counterfactuals, key, "counterfactual", arguments, COUNTERFACTUAL_TEXT, f"counterfactual {case.id} {key}"
    )

    def render_result(result: Counterfactual) -> None:
        notices.render_notice("info", COUNTERFACTUAL_TITLE, counterfactual_sentence(result, title))

    result = job_panel.render_job_panel(request, render_result)
    if not isinstance(result, Counterfactual) or not result.hidden.any():
        return {}
    return {"outline": result.hidden.tolist()}


def counterfactual_sentence(result: Counterfactual, title: str) -> str:
    """Return the result of the search in words. title: the label's title."""
    above = result.before >= result.threshold
    probabilities = f"from {probability(result.before)} to {probability(result.after)}"
    cutoff = f"its cut-off ({percent(result.threshold)})"
    crossing = f"{title} {'below' if above else 'above'} {cutoff}"
    if not result.hidden.any():
        return (
            f"No area was found whose blurring takes {crossing}, among areas of up to {percent(result.most)} of "
            f"the image. Largest change: {probabilities}."
        )
    share = percent(float(result.hidden.mean()), 1)
    return (
        f"Blurring the outlined {share} of the image takes {crossing}: {probabilities}. "
        "A smaller area may exist; restoring any cell of this one flips the result back."
    )
