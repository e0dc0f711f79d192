"""The counterfactual on request: the smallest area of the image whose blurring flips the chosen finding."""

from typing import Any

from meddx.model.card import Card
from meddx.types import Counterfactual
from pages.ui.common import job_panel, notices
from pages.ui.common.language.formatting import percent, probability
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import SessionCase

COUNTERFACTUAL_TITLE = N_("Smallest change that flips the result")


def counterfactual_text() -> job_panel.PanelText:
    """Return the texts of the panel."""
    return job_panel.PanelText(
        button=_(COUNTERFACTUAL_TITLE),
        help=_(
            "Blurs one area of the image after another and runs the model on each version, about a hundred times. This "
            "takes some seconds. The area found is outlined on the image."
        ),
        running=_("Blurring one area after another"),
        failed=_("The search failed"),
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
    title = translated(next(other.title for other in card.labels if other.name == label))
    request = job_panel.JobRequest(
        case.counterfactuals, key, "counterfactual", arguments, counterfactual_text(), f"counterfactual {case.id} {key}"
    )

    def render_result(result: Counterfactual) -> None:
        notices.render_notice("info", _(COUNTERFACTUAL_TITLE), counterfactual_sentence(result, title))

    result = job_panel.render_job_panel(request, render_result)
    if not isinstance(result, Counterfactual) or not result.hidden.any():
        return {}
    return {"outline": result.hidden.tolist()}


def counterfactual_sentence(result: Counterfactual, title: str) -> str:
    """Return the result of the search in words. title: the label's title."""
    above = result.before >= result.threshold
    values = {
        "label": title,
        "cutoff": percent(result.threshold),
        "before": probability(result.before),
        "after": probability(result.after),
        "most": percent(result.most),
        "share": percent(float(result.hidden.mean()), 1),
    }
    if not result.hidden.any():
        sentence = (
            _(
                "No area was found whose blurring takes {label} below its cut-off ({cutoff}), among areas of up to "
                "{most} of the image. Largest change: from {before} to {after}."
            )
            if above
            else _(
                "No area was found whose blurring takes {label} above its cut-off ({cutoff}), among areas of up to "
                "{most} of the image. Largest change: from {before} to {after}."
            )
        )
    else:
        sentence = (
            _(
                "Blurring the outlined {share} of the image takes {label} below its cut-off ({cutoff}): from {before} "
                "to {after}. A smaller area may exist; restoring any cell of this one flips the result back."
            )
            if above
            else _(
                "Blurring the outlined {share} of the image takes {label} above its cut-off ({cutoff}): from {before} "
                "to {after}. A smaller area may exist; restoring any cell of this one flips the result back."
            )
        )
    return sentence.format(**values)
