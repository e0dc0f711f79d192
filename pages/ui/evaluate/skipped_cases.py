"""List the images or rows that were skipped, with the reasons."""

from collections import Counter

import streamlit as st

from pages.ui.common.html import data_table
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated
from pages.ui.evaluate.page_state import PageState

MAX_SKIPPED = 500
"""Most rows in the table; the first of more cases are listed."""


def render_skipped_cases(state: PageState) -> None:
    """Draw the skipped cases by reason and by name; nothing where none was skipped."""
    refused = state.subject.refused
    if not refused:
        return
    total = len(refused) + len(state.subject.predictions)
    title = _("Skipped cases: {skipped} of {all}").format(skipped=number(len(refused)), all=number(total))
    with st.expander(title, key="skipped cases"):
        reasons = Counter(refusal.reason for refusal in refused.values()).most_common()
        rows = [(translated(reason), [number(n)]) for reason, n in reasons]
        st.html(data_table("reasons", _("Skipped cases count in no metric"), [_("Reason"), "n"], rows))
        names = list(refused)[:MAX_SKIPPED]
        st.dataframe(
            {_("Case"): names, _("Reason"): [translated(refused[name].reason) for name in names]},
            hide_index=True,
            height=min(38 + 35 * len(names), 320),
            alt=_("Skipped cases"),
        )
        if len(refused) > MAX_SKIPPED:
            st.caption(
                _("The first {listed} are listed here; the report lists all.").format(listed=number(MAX_SKIPPED))
            )
