"""What a heat map says, in sentences."""

from html import escape

from meddx.explain.colour_scale import WEAKEST_EVIDENCE, shows_evidence
from meddx.model.card import Label
from meddx.types import Explanation
from pages.ui.common.language.formatting import paragraph, percent
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated

NOT_AN_OUTLINE = N_("It does not outline disease.")


def sentences_html(sentences: list[str]) -> str:
    """Return sentences as HTML, a paragraph each."""
    return f'<div class="map-sentences">{"".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)}</div>'


def strength_sentence(explanation: Explanation, label: Label) -> str:
    """Return the strongest evidence for a label, and against it where the method shows that.

    Strength is a share of the common scale. Without one no number is given: areas compare only within the map.
    """
    heatmap = explanation.maps[label.name]
    highest, lowest = float(heatmap.max()), float(heatmap.min())
    negligible = WEAKEST_EVIDENCE * (explanation.scale or 0.0)
    title, against = translated(label.title), ""
    if -lowest > negligible:
        against = _("Striped areas are evidence against it.")
        if explanation.scale is not None:
            share = percent(-lowest / explanation.scale)
            against = _("Strongest evidence against it: {share} of the scale.").format(share=share)
    if not shows_evidence(explanation, label.name):
        return paragraph([_("No evidence for {label} on this image.").format(label=title), against])
    if explanation.scale is None:
        areas = _("The map shows which areas matter for {label}, not how strongly.").format(label=title)
        return paragraph([areas, against, _(NOT_AN_OUTLINE)])
    strongest = _("Strongest evidence for {label}: {share} of the scale.")
    strength = strongest.format(label=title, share=percent(highest / explanation.scale))
    return paragraph([strength, against, _(NOT_AN_OUTLINE)])


def scale_sentence(explanation: Explanation) -> str:
    """Return whether the colours of two images may be compared."""
    if explanation.scale is not None:
        return _("All images share one colour scale, so their colours can be compared.")
    relative = _("Colours are relative to the strongest area of each map: do not compare them between images.")
    if explanation.units == "relative":
        return relative
    return paragraph([_("No common scale has been measured for this method on this model."), relative])
