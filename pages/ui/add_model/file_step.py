"""Take the model's file, and say what was found in it."""

from typing import Any

import streamlit as st

from meddx.model.importing.found_model import FoundHead, FoundModel
from pages.ui.add_model import url_state
from pages.ui.common import engine_upload, html, notices, session_job
from pages.ui.common.upload_limit import upload_limit_sentence

FORMATS_HELP = (
    "A classifier saved by Keras: `model.save('my-model.keras')`, an HDF5 file (.h5) of Keras 2 or 3, or a ZIP archive "
    "of a SavedModel folder. The file is scanned before anything in it is built; a file that holds code, such as a "
    "Lambda layer, is refused."
)
_HEADS = {
    "softmax": "one of {} labels (softmax)",
    "sigmoid": "{} labels that may occur together (sigmoid)",
    "one sigmoid": "one label, present or absent (sigmoid)",
    "logits": "{} numbers without an activation (logits)",
    "one logit": "one number without an activation (logit)",
}


def render_file_step() -> None:
    """Draw the uploader of the model's file."""
    engine_upload.render_engine_uploader("add-model-file", "Model file", _taken, kind="model")
    st.caption(f"{FORMATS_HELP} {upload_limit_sentence()}")


def _taken(token: str, name: str) -> None:
    st.session_state[f"{_key(token)} name"] = name
    url_state.give("file", token)


def render_found(token: str) -> FoundModel | None:
    """Draw what was found in the file; return it, None while it is read or where it cannot be used."""
    key = _key(token)
    status = session_job.render_session_job(key, "inspect_model", {"model_upload": token}, "Reading the model file")
    if status is None:
        return None
    if status.state != "done":
        notices.render_notice("refused", "This model cannot be added", status.message)
        st.button("Choose another file", on_click=_again, args=(key,))
        return None
    found = found_model(status.result)
    st.html(html.titled_box("found", "Found in the file", found_facts(found)))
    st.button("Choose another file", on_click=_again, args=(key,), type="tertiary")
    return found


def proposed_id(token: str) -> str:
    """Return the id made from the file's name; for use after render_found returned a model."""
    return str(st.session_state[_key(token)].result["id"])


def proposed_title(token: str) -> str:
    """Return the file's name without its ending, as it was uploaded; the id after a reload, when it is not known."""
    name = st.session_state.get(f"{_key(token)} name")
    return str(name).rsplit(".", 1)[0].strip() if name else proposed_id(token).replace("-", " ").capitalize()


def found_model(result: dict[str, Any]) -> FoundModel:
    """Return the result of the job "inspect_model" as a FoundModel."""
    fields = {name: value for name, value in result.items() if name not in ("id", "heads")}
    return FoundModel(**fields, heads=tuple(FoundHead(**head) for head in result["heads"]))


def found_facts(found: FoundModel) -> dict[str, str]:
    """Return what the reader should know of the file: name of the fact -> text."""
    colour = "RGB" if found.channels == 3 else "grey"
    size = f"{found.input[0]} × {found.input[1]} pixels" if found.input else "any size"
    facts = {
        "Network": f"{found.architecture or 'of its own design'}, {found.parameters:,} parameters",
        "Input": f"{size}, {colour}" + (f"; scaled inside: {found.scaling_inside}" if found.scaling_inside else ""),
        "Output": "; ".join(head_text(head) for head in found.heads),
        "Heat maps": f"explain layer {found.explained_layer}" if found.explained_layer else "cannot be made",
        "File": f"{_written_by(found)}, {found.size:,} bytes, scanned: no code in it",
    }
    return facts | ({"Notes": " ".join(found.notes)} if found.notes else {})


def _written_by(found: FoundModel) -> str:
    return f"SavedModel of {found.keras}" if found.format == "savedmodel" else f"Keras {found.keras}"


def head_text(head: FoundHead) -> str:
    """Return what an output says, with its name."""
    return f"{head.name}: {_HEADS[head.kind].format(head.units)}"


def _key(token: str) -> str:
    return f"inspect model {token}"


def _again(key: str) -> None:
    session_job.forget_session_job(key)
    url_state.give("file", None)
