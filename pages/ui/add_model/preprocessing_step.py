"""Compare ways to prepare images on the labelled set, and let the reader confirm the best."""

from typing import Any

import streamlit as st

from meddx.install.choices import AddChoices
from meddx.install.tried_preprocessing import Preprocessing, PreprocessingComparison, TriedPreprocessing
from pages.ui.add_model.questions_step import RESIZE_TEXTS, SCALING_TEXTS
from pages.ui.common import html, notices, session_job
from pages.ui.common.language.choice_boxes import select_box
from pages.ui.common.language.formatting import clauses, decimal, listed
from pages.ui.common.language.language import _, number


def render_preprocessing(arguments: dict[str, Any], choices: AddChoices) -> Preprocessing | None:
    """Draw the comparison with the best way chosen; return the reader's choice, None while it is measured.

    arguments: of jobs that add a model; choices: what was said so far, part of them.
    """
    key = f"compare preprocessing {arguments} {choices.labels} {choices.classes} {choices.input}"
    status = session_job.render_session_job(
        key, "compare_preprocessing", arguments, _("Trying ways to prepare the images on your images")
    )
    if status is None:
        return None
    if status.state != "done":
        notices.render_notice("refused", _("The model could not be tried on these images"), status.message)
        st.button(_("Try again"), on_click=session_job.forget_session_job, args=(key,))
        return None
    compared = compared_ways(status.result)
    st.html(tried_table(compared))
    ways = list(compared.tried)
    chosen = select_box(
        _("Prepare images so"), ways, index=ways.index(compared.best), format_func=way_text, key=f"way {key}"
    )
    if compared.same_shape:
        st.caption(_("All images have the shape of the input: resizing makes no difference here."))
    return chosen.way


def compared_ways(result: dict[str, Any]) -> PreprocessingComparison:
    """Return the result of the job "compare_preprocessing" as a PreprocessingComparison."""
    tried = tuple(TriedPreprocessing(**one) for one in result["tried"])
    return PreprocessingComparison(result["n"], tried, result["same_shape"])


def tried_table(compared: PreprocessingComparison) -> str:
    """Return HTML: each way with the AUROC and the log loss that the model reaches with it, the best first."""
    rows = [(way_text(one), [decimal(one.auroc), decimal(one.log_loss)]) for one in compared.tried]
    caption = _("Ways to prepare images, tried on {count} of your images").format(count=number(compared.n))
    return html.data_table("tried", caption, [_("Values; shape"), "AUROC", _("Log loss")], rows)


def way_text(one: TriedPreprocessing) -> str:
    """Return a way in words."""
    values = [_(SCALING_TEXTS[one.scaling])]
    if one.reversed_channels:
        values.append(_("channels reversed (BGR)"))
    return clauses([listed(values), _(RESIZE_TEXTS[one.resize])])
