"""How to add a model of one's own, and the folders that could not be used."""

import streamlit as st

from pages.ui.common import notices

FOLDER_EXAMPLE = """\
models/
  my-model/                         the id in its card, in small letters, digits and dashes
    card.toml                       what this page shows, and what the pipeline needs to know
    weights.keras                   the network; its SHA-256 stands in the card and is checked before loading
    predictions-test.parquet        optional: case, group, and for each label true:, logit:, probability:
    curve.csv                       optional: epoch, loss, validation_loss
    features.parquet                optional: what it learned from, to say when an image lies far from that
    reference_cases.parquet              optional: validation cases, to show those that look alike to the network
    robustness.csv                  optional: accuracy on worse images"""
COMMAND_EXAMPLES = """\
python -m meddx train my-recipe.toml     # trains, measures and writes the whole folder
python -m meddx robustness --model ID    # measures it on worse images; writes robustness.csv
python -m meddx models                   # what is installed, and what is wrong with a folder that is not"""


def render_add_model_help() -> None:
    """Closed until asked for."""
    with st.expander("Add a model of your own"):
        st.write(
            "A model is a folder; no code names it. Put one into the models folder (MEDDX_MODELS, or models/ beside "
            "the program), and it is listed here and on the Diagnose page some seconds later."
        )
        st.code(FOLDER_EXAMPLE, language=None)
        st.write(
            "The card of phantom-cnn is a complete example; meddx/model/card.py says what each field means. "
            "A card that lacks a field, or weights of another hash, is refused with the reason. "
            "docs/training.md describes recipes."
        )
        st.code(COMMAND_EXAMPLES, language="sh")


def render_refused_folders(reasons: dict[str, str]) -> None:
    """Each folder that is no usable model, with its reason."""
    if reasons:
        st.subheader("Folders that cannot be used", anchor=False)
        for folder, reason in reasons.items():
            notices.render_notice("refused", folder, reason)
