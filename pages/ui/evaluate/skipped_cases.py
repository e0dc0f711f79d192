"""Images or rows that could not be measured: how many for which reason, and which."""

from collections import Counter

import streamlit as st

from pages.ui.common.html import data_table
from pages.ui.evaluate.page_state import PageState

MAX_SKIPPED = 500


def render_skipped_cases(state: PageState) -> None:
    """Nothing where all could be measured."""
    refused = state.subject.refused
    if not refused:
        return
    given = len(refused) + len(state.subject.predictions)
    with st.expander(f"{len(refused):,} of {given:,} could not be measured: which and why"):
        reasons = Counter(why.reason for why in refused.values()).most_common()
        st.html(
            data_table("reasons", "Left out of every number", ["Why", "n"], [(why, [f"{n:,}"]) for why, n in reasons])
        )
        names = list(refused)[:MAX_SKIPPED]
        st.dataframe(
            {"Case": names, "Why": [refused[name].reason for name in names]},
            hide_index=True,
            height=min(38 + 35 * len(names), 320),
            alt="Cases that could not be measured",
        )
        if len(refused) > MAX_SKIPPED:
            st.caption(f"The first {MAX_SKIPPED:,}; the report lists all of them.")
