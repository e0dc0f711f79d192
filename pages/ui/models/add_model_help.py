"""Explain how to add a model, and list the folders that cannot be used."""

import streamlit as st

from pages.ui.common import notices
from pages.ui.common.language.language import N_, _

FOLDER_EXAMPLE = N_(
    """\
models/
  my-model/                         the id in the card: lower-case letters, digits and dashes
    card.toml                       the model card: everything on this page, and the pipeline's settings
    weights.keras                   the network; its SHA-256 is in the card and checked before loading
    predictions-test.parquet        optional: case, group, and for each label true:, logit:, probability:
    curve.csv                       optional: epoch, loss, validation_loss
    features.parquet                optional: training features, to detect images unlike the training data
    reference_cases.parquet         optional: validation cases, to show similar cases
    robustness.csv                  optional: accuracy on corrupted images"""
)
COMMAND_EXAMPLES = N_(
    """\
python -m meddx model add mine.keras --data LABELLED_IMAGES   # calibrates and checks it; writes its folder
python -m meddx train my-recipe.toml     # trains and evaluates a model; writes its folder
python -m meddx robustness --model ID    # evaluates it on corrupted images; writes robustness.csv
python -m meddx models                   # lists installed models, and the faults of unusable folders"""
)


def render_add_model_help() -> None:
    """Draw the instructions: the layout of a model folder, and the commands that write one."""
    with st.expander(_("Add your own model"), key="add model help"):
        st.write(
            _(
                "The page Add model takes a Keras file and images with known labels, and writes the folder. By hand: a "
                "model is a folder; no code is needed. Put it into the models folder (MEDDX_MODELS, or models/ beside "
                "the program). It appears here and on the Diagnose page after a few seconds."
            )
        )
        st.code(_(FOLDER_EXAMPLE), language=None)
        st.write(
            _(
                "The card of phantom-cnn is a complete example; meddx/model/card.py documents each field. A folder "
                "with a missing field or a wrong hash is refused with the reason. docs/training.md describes recipes."
            )
        )
        st.code(_(COMMAND_EXAMPLES), language=None)


def render_refused_folders(reasons: dict[str, str]) -> None:
    """Draw each folder that is not a usable model, with the reason. reasons: folder -> reason."""
    if reasons:
        st.header(_("Folders that cannot be used"), anchor=False)
        for folder, reason in reasons.items():
            notices.render_notice("refused", folder, reason)
