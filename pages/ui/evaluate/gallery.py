"""Films of the chosen cases with their heat maps: what the model saw, and where it looked."""

from html import escape

import streamlit as st

from meddx.model.card import Card
from meddx.types import Prediction, Refusal, StoredFrame
from pages.ui import asking, engine_state, states
from pages.ui.evaluate import cases
from pages.ui.evaluate.state import Chosen, State
from pages.ui.recorded import open_in_diagnose
from pages.ui.session import Case
from pages.ui.thumbnail import alone, with_evidence

SHOWN = 4
"""Films at a time."""
_KEPT = 16
"""Films that the session keeps ready."""
_POLL_SECONDS = 0.6


def show(state: State, chosen: Chosen) -> None:
    """The first films; says so where there are none to show."""
    card = state.subject.card
    rows = [int(row) for row in chosen.rows[:SHOWN]]
    if not rows:
        return
    if card is None:
        st.caption("No films: these are the predictions of another system.")
        return
    first = state.subject.film(state.subject.predictions.cases[rows[0]]) if rows[0] not in state.films else None
    if isinstance(first, Refusal):
        st.caption(f"No films to show: {first.reason} The table stands.")
        return
    waiting = _waiting(state, card, rows)
    st.fragment(_films, run_every=_POLL_SECONDS if waiting else None)(state, card, rows, waiting)


def _waiting(state: State, card: Card, rows: list[int]) -> bool:
    """Whether some film or answer is still on its way; asks for it."""
    films = [case for row in rows if (case := film(state, row)) is not None]
    on_their_way = [asking.ask(case, card.id, draw=True) for case in films]
    return any(on_their_way)


def film(state: State, row: int) -> Case | None:
    """The film of a case, held for the session; None where there is none."""
    if row not in state.films:
        name = state.subject.predictions.cases[row]
        stored = state.subject.film(name)
        if isinstance(stored, Refusal):
            return None
        while len(state.films) >= _KEPT:
            state.films.pop(next(iter(state.films)))
        state.films[row] = Case(name, stored.data, frame=stored.frame)
    return state.films[row]


def _films(state: State, card: Card, rows: list[int], polling: bool) -> None:
    if polling and not _waiting(state, card, rows):
        st.rerun()
    if all(case.drawn is None for case in state.films.values()) and engine_state.current() != "ready":
        states.waiting()
    evidence = st.toggle("Heat maps over the films", value=True, key="evaluate-evidence")
    for row, place in zip(rows, st.columns(SHOWN, gap="small"), strict=False):
        with place:
            case = film(state, row)
            if case is None:
                st.caption("This film is not here.")
            else:
                _one(state, card, row, case, evidence)


def _one(state: State, card: Card, row: int, case: Case, evidence: bool) -> None:
    answer = case.answers.get((card.id, case.frame))
    label = _explained(state, row)
    of, p = state.subject.titles[label], state.scores(label)[row]
    said = f"True: {cases.truth(state, row)}. Called: {cases.called(state, row)}."
    if isinstance(answer, Prediction) and case.drawn is not None:
        part = max(state.subject.parts.get(label, (label,)), key=answer.probabilities.__getitem__)
        if part != label:
            of, p = next(one.title for one in card.labels if one.name == part), answer.probabilities[part]
        source = with_evidence(case.drawn[0], answer, part) if evidence else alone(case.drawn[0])
        seen = f"Film with the evidence for {label}" if evidence else "Film"
        shown = f'<img src="{source}" alt="{escape(f"{seen}. {said}")}">'
    else:
        refusal = case.unreadable or (answer if isinstance(answer, Refusal) else None)
        words = refusal.reason if refusal else case.troubles.get((card.id, case.frame), "Reading the film…")
        shown = f"<p>{escape(words)}</p>"
    st.html(
        f'<figure class="film"><div>{shown}</div><figcaption><b>{escape(state.subject.predictions.cases[row])}</b>'
        f"<span>{escape(said)}</span><span>Evidence for {escape(of)}, p {p:.3f}</span>"
        "</figcaption></figure>"
    )
    if st.button("Open in Diagnose", key=f"open {state.subject.key} {row}", type="tertiary"):
        open_in_diagnose(case.name, StoredFrame(case.data, case.frame), card.id)


def _explained(state: State, row: int) -> str:
    """The label whose evidence is shown: the one called, or of independent labels the one most wrongly scored."""
    if state.subject.exclusive:
        return cases.most_probable(state, row)
    predictions = state.subject.predictions
    gap = abs(predictions.probabilities[row] - predictions.targets[row])
    return predictions.labels[int(gap.argmax())]
