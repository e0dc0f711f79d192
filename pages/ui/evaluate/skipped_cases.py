"""List the images or rows that were skipped, with the reasons."""

from collections import Counter

import streamlit as st

from pages.ui.common.html import data_table
from pages.ui.evaluate.page_state import PageState

MAX_SKIPPED = 500
"""Most rows in the table; the first of more cases are listed."""


def render_skipped_cases(state: PageState) -> None:
    """Draw the skipped cases by reason and by name; nothing where none was skipped."""
    refused = state.subject.refused
    if not refused:
        return
    total = len(refused) + len(state.subject.predictions)
    with st.expander(f"Skipped cases: {len(refused):,} of {total:,}"):
        reasons = Counter(refusal.reason for refusal in refused.values()).most_common()
        rows = [(reason, [f"{n:,}"]) for reason, n in reasons]
        st.html(data_table("reasons", "Skipped cases count in no metric", ["Reason", "n"], rows))
        names = list(refused)[:MAX_SKIPPED]
        st.dataframe(
            {"Case": names, "Reason": [refused[name].reason for name in names]},
            hide_index=True,
            height=min(38 + 35 * len(names), 320),
            alt="Skipped cases",
        )
        if len(refused) > MAX_SKIPPED:
            st.caption(f"The first {MAX_SKIPPED:,} are listed here; the report lists all.")
