"""What puts a prediction into context, below the image: labelled cases that are similar to it."""

import streamlit as st

from meddx.model.card import Card
from meddx.types import Prediction, Refusal
from pages.ui.diagnose import similar_cases


def render_case_context(answer: Prediction | Refusal | None, card: Card) -> None:
    """Draw the context of an answer; nothing while there is none, or where the model refused."""
    if isinstance(answer, Prediction) and answer.similar_cases:
        with st.container():
            similar_cases.render_similar_cases(answer, card)
    else:
        st.empty()  # takes the place of those of another model or image now, not when the script ends
