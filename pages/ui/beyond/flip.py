"""What would change the model's mind: the smallest part of the film that flips the chosen finding, on request."""

from typing import Any

from meddx.model.card import Card
from meddx.types import Flip
from pages.ui import on_request, states
from pages.ui.findings import percent
from pages.ui.session import Case

WORDS = on_request.Words(
    ask="What would change this?",
    help="Blurs part after part of the film and asks the model again: some hundred times, which takes seconds. "
    "The part found is outlined on the film.",
    running="Hiding part after part of the film",
    failed="The search ended without an answer",
)


def show(case: Case, card: Card, label: str) -> dict[str, Any]:
    """The button, the search or its result; returns what the viewer must draw of it."""
    key = (card.id, case.frame, label)
    arguments = {"data": case.data, "frame": case.frame, "model": card.id, "label": label}
    title = next(known.title for known in card.labels if known.name == label)
    request = on_request.Request(case.flips, key, "flip", arguments, WORDS, f"flip {case.id} {key}")

    def draw(flip: Flip) -> None:
        states.panel("waiting", "What would change this", sentence(flip, title))

    found = on_request.show(request, draw)
    if not isinstance(found, Flip) or not found.hidden.any():
        return {}
    return {"outline": found.hidden.tolist()}


def sentence(flip: Flip, title: str) -> str:
    """What was found, in words. title: the label as the reader knows it."""
    present = flip.before >= flip.threshold
    from_to = f"from {percent(flip.before)} to {percent(flip.after)}; threshold {percent(flip.threshold)}"
    if not flip.hidden.any():
        return (
            f"No part of up to {percent(flip.most)} of the film was found whose blurring "
            f"{'takes the finding away' if present else 'makes this a finding'}: {title} moved at most {from_to}."
        )
    share = f"{100 * float(flip.hidden.mean()):.1f}\N{NO-BREAK SPACE}%"
    return (
        f"Blurring the outlined {share} of the film {'takes the finding away' if present else 'makes this a finding'}: "
        f"{title} goes {from_to}. A smaller part may exist; none of this one can be left out."
    )
