"""What would change the model's mind: the smallest part of the image that flips the chosen finding, on request."""

from typing import Any

from meddx.formatting import percent, probability
from meddx.model.card import Card
from meddx.types import Counterfactual
from pages.ui.common import job_panel, notices
from pages.ui.common.session import SessionCase

COUNTERFACTUAL_TEXT = job_panel.PanelText(
    ask="What would change this?",
    help="Blurs part after part of the image and asks the model again: some hundred times, which takes seconds. "
    "The part found is outlined on the image.",
    running="Hiding part after part of the image",
    failed="The search ended without an answer",
)


def render_counterfactual(case: SessionCase, card: Card, label: str) -> dict[str, Any]:
    """The button, the search or its result; returns what the viewer must draw of it."""
    key = (card.id, case.frame, label)
    arguments = {"data": case.data, "frame": case.frame, "model": card.id, "label": label}
    title = next(known.title for known in card.labels if known.name == label)
    request = job_panel.JobRequest(
        case.flips, key, "counterfactual", arguments, COUNTERFACTUAL_TEXT, f"flip {case.id} {key}"
    )

    def draw(flip: Counterfactual) -> None:
        notices.render_notice("waiting", "What would change this", counterfactual_sentence(flip, title))

    found = job_panel.render_job_panel(request, draw)
    if not isinstance(found, Counterfactual) or not found.hidden.any():
        return {}
    return {"outline": found.hidden.tolist()}


def counterfactual_sentence(flip: Counterfactual, title: str) -> str:
    """What was found, in words. title: the label as the reader knows it."""
    present = flip.before >= flip.threshold
    from_to = f"from {probability(flip.before)} to {probability(flip.after)}; threshold {percent(flip.threshold)}"
    if not flip.hidden.any():
        return (
            f"No part of up to {percent(flip.most)} of the image was found whose blurring "
            f"{'takes the finding away' if present else 'makes this a finding'}: {title} moved at most {from_to}."
        )
    share = percent(float(flip.hidden.mean()), 1)
    return (
        f"Blurring the outlined {share} of the image "
        f"{'takes the finding away' if present else 'makes this a finding'}: {title} goes {from_to}. "
        "A smaller part may exist; restoring any cell of this region flips the result back."
    )
