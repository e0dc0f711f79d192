"""What one line of the worklist says of an image."""

from meddx.model.card import Card
from meddx.types import Prediction, Refusal
from pages.ui.common.language.formatting import listed
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import SessionCase
from pages.ui.diagnose.findings import findings_panel
from pages.ui.diagnose.ood_warning import CAUTION_TITLE, ood_title


def case_summary(case: SessionCase, card: Card) -> tuple[str, str]:
    """Return the state of one image under one model, and its status in words.

    State: "finding", "absence" (of disease), "below" (every cut-off), "unlike" (the training images), "caution" (speaks
    against relying on the findings), "refused", "trouble" (the model gave no answer) or "waiting".
    """
    key = case.key(card.key)
    answer = case.answers.get(key)
    refusal = case.unreadable or (answer if isinstance(answer, Refusal) else None)
    if refusal is not None:
        return "refused", _("Refused: {reason}").format(reason=translated(refusal.reason))
    if key in case.errors:
        return "trouble", _("No result")
    if not isinstance(answer, Prediction):
        return "waiting", _("Reading…")
    return _answered(answer, card)


def _answered(answer: Prediction, card: Card) -> tuple[str, str]:
    if answer.ood is not None and answer.ood.is_outside:
        return "unlike", ood_title(card)
    if answer.cautions:
        return "caution", _(CAUTION_TITLE)
    if findings_panel.is_normal_label(answer, card):
        return "absence", findings_panel.normal_text(card)
    diseases = [label for label in card.labels if label.name in answer.findings and not label.absence]
    if diseases:
        likeliest_first = sorted(diseases, key=lambda label: -answer.probabilities[label.name])
        return "finding", listed([translated(label.title) for label in likeliest_first])
    if all(label.threshold is None for label in card.labels):
        return "below", _("Answered; this model has no cut-offs")
    return "below", _("No label above its cut-off")
