"""Which images the worklist shows, and in which order."""

from collections import Counter
from collections.abc import Sequence

from meddx.model.card import Card
from meddx.types import Prediction
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import SessionCase
from pages.ui.diagnose.ood_warning import CAUTION_TITLE, ood_title
from pages.ui.diagnose.worklist.case_summary import case_state

ORDERS = {
    "study": N_("By patient and study"),
    "urgent": N_("Most urgent first"),
    "added": N_("In order of upload"),
    "name": N_("By name"),
}
"""Key -> title."""
_URGENCY = ("finding", "unlike", "caution", "below", "absence", "waiting", "trouble", "refused")
"""States by how soon a reader should look: what cannot be relied on comes before what is below its cut-off."""


def shown_cases(cases: Sequence[SessionCase], card: Card, order: str, chosen: str) -> list[SessionCase]:
    """Return the cases that pass the filter `chosen` (a key of `filters`, "" for all), in one of ORDERS.

    Most urgent: findings above their cut-off first, and within a state the highest probability of a disease. Cases that
    are equal in this stay in order of upload. By patient and study they are grouped afterwards (studies.entries).
    """
    shown = [case for case in cases if chosen in ("", *_filter_keys(case, card))]
    if order == "name":
        return sorted(shown, key=lambda case: case.title.casefold())
    if order == "urgent":
        return sorted(shown, key=lambda case: urgency(case, card))
    return shown


def filters(cases: Sequence[SessionCase], card: Card, chosen: str) -> dict[str, str]:
    """Return the filters that some case passes, and the one chosen now: key -> title with the number of cases."""
    titles = {
        **{f"finding {label.name}": translated(label.title) for label in card.labels if not label.absence},
        "unlike": ood_title(card),
        "caution": _(CAUTION_TITLE),
        "none": _("No finding"),
        "waiting": _("Not read yet"),
        "refused": _("Refused or failed"),
    }
    counts = Counter(key for case in cases for key in _filter_keys(case, card))
    offered = {
        key: _("{filter} ({count})").format(filter=title, count=counts[key])
        for key, title in titles.items()
        if key in counts or key == chosen
    }
    return {"": _("All images ({count})").format(count=len(cases)), **offered}


def _filter_keys(case: SessionCase, card: Card) -> list[str]:
    state = case_state(case, card)
    answer = case.answers.get(case.key(card.key))
    match state:
        case "waiting":
            return ["waiting"]
        case "trouble" | "refused":
            return ["refused"]
        case "below" | "absence":
            return ["none"]
    assert isinstance(answer, Prediction), "what has a finding has been answered"
    findings = [f"finding {label.name}" for label in card.labels if label.name in answer.findings and not label.absence]
    return [*([] if state == "finding" else [state]), *findings]


def urgency(case: SessionCase, card: Card) -> tuple[int, float]:
    """Return the key by which urgent cases come first."""
    state = case_state(case, card)
    answer = case.answers.get(case.key(card.key))
    highest = 0.0
    if isinstance(answer, Prediction):
        diseases = [label.name for label in card.labels if not label.absence]
        above = [name for name in diseases if name in answer.findings]
        highest = max((answer.probabilities[name] for name in above or diseases), default=0.0)
    return _URGENCY.index(state), -highest
