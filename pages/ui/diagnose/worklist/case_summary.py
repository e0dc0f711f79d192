"""What one line of the worklist says of an image."""

from meddx.model.card import Card, Label
from meddx.types import Prediction, Refusal
from pages.ui.common.language.formatting import listed
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import SessionCase
from pages.ui.diagnose.findings import findings_panel
from pages.ui.diagnose.ood_warning import CAUTION_TITLE, ood_title


def case_state(case: SessionCase, card: Card) -> str:
    """Return the state of one image under one model; without words, as all images of a long series are asked for it.

    "finding", "absence" (of disease), "below" (every cut-off), "unlike" (the training images), "caution" (speaks
    against relying on the findings), "refused", "trouble" (the model gave no answer) or "waiting".
    """
    if case_refusal(case, card) is not None:
        return "refused"
    key = case.key(card.key)
    if key in case.errors:
        return "trouble"
    answer = case.answers.get(key)
    return _answered_state(answer, card) if isinstance(answer, Prediction) else "waiting"


def case_refusal(case: SessionCase, card: Card) -> Refusal | None:
    """Return why file or model refuse the image, None where neither does."""
    answer = case.answers.get(case.key(card.key))
    return case.unreadable or (answer if isinstance(answer, Refusal) else None)


def case_summary(case: SessionCase, card: Card) -> tuple[str, str]:
    """Return the state of one image under one model, and its status in words."""
    state, answer, refusal = case_state(case, card), case.answers.get(case.key(card.key)), case_refusal(case, card)
    if refusal is not None:
        return state, _("Refused: {reason}").format(reason=translated(refusal.reason))
    if state == "trouble":
        return state, _("No result")
    return state, _answered(state, answer, card) if isinstance(answer, Prediction) else _("Reading…")


def _answered_state(answer: Prediction, card: Card) -> str:
    if answer.ood is not None and answer.ood.is_outside:
        return "unlike"
    if answer.cautions:
        return "caution"
    if findings_panel.is_normal_label(answer, card):
        return "absence"
    return "finding" if _diseases(answer, card) else "below"


def _answered(state: str, answer: Prediction, card: Card) -> str:
    match state:
        case "unlike":
            return ood_title(card)
        case "caution":
            return _(CAUTION_TITLE)
        case "absence":
            return findings_panel.normal_text(card)
        case "finding":
            return listed([translated(label.title) for label in _diseases(answer, card)])
    if all(label.threshold is None for label in card.labels):
        return _("Answered; this model has no cut-offs")
    return _("No label above its cut-off")


def _diseases(answer: Prediction, card: Card) -> list[Label]:
    """Return the findings other than that for no disease, the likeliest first."""
    found = [label for label in card.labels if label.name in answer.findings and not label.absence]
    return sorted(found, key=lambda label: -answer.probabilities[label.name])
