"""What a heat map says, in sentences."""

from html import escape

from meddx.explain.methods import UNIT_WORDS
from meddx.model.card import Label
from meddx.types import Explanation, JobStatus
from pages.ui.common.viewer.image_viewer import WEAKEST_EVIDENCE


def paragraphs(sentences: list[str]) -> str:
    """Under the select box; HTML."""
    return f'<div class="evidence-words">{"".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)}</div>'


def strength_sentence(explanation: Explanation, label: Label) -> str:
    """How strong the map is at most, and what it is not."""
    heatmap = explanation.maps[label.name]
    highest, lowest = float(heatmap.max()), float(heatmap.min())
    nothing = WEAKEST_EVIDENCE * (explanation.scale or 0.0)
    against = f"against it at most {-lowest:.2g}" if -lowest > nothing else ""
    if highest <= nothing:
        none = f"No evidence for {label.title} anywhere on this image"
        return f"{none}; {against} {UNIT_WORDS[explanation.units]}." if against else f"{none}."
    if explanation.units == "relative":
        return f"It marks places for {label.title}, not how much they weigh; it does not outline disease."
    strongest = f"At most {highest:.2g} {UNIT_WORDS[explanation.units]} for {label.title}"
    strongest += f", {against}." if against else "."
    return f"{strongest} It shows where the network found evidence; it does not outline disease."


def scale_sentence(explanation: Explanation) -> str:
    """Whether colours of two images mean the same."""
    if explanation.scale is not None:
        return f"One scale for every image: the colours end at {explanation.scale:.2g} {UNIT_WORDS[explanation.units]}."
    if explanation.units == "relative":
        return (
            "Relative: each map is stretched to its own strongest place, so images cannot be compared by its colours."
        )
    return (
        f"In {UNIT_WORDS[explanation.units]}, but no scale has been measured for this method on this model: each map "
        "is stretched to its own strongest place, so images cannot be compared by its colours."
    )


def map_progress_text(status: JobStatus) -> str:
    """How far a slow map is."""
    if status.state == "waiting":
        return "Waiting for another job"
    if status.eta_seconds is None:
        return "Computing the map"
    return f"Computing the map: about {max(1, round(status.eta_seconds))} s left"
