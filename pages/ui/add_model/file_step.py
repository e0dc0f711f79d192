"""Take the model's file, and say what was found in it."""

from typing import Any

import streamlit as st

from meddx.model.importing.found_model import FoundHead, FoundModel
from pages.ui.add_model import url_state
from pages.ui.common import engine_upload, html, notices, session_job
from pages.ui.common.language.formatting import clauses, listed, paragraph
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated
from pages.ui.common.upload_limit import upload_limit_sentence

FORMATS_HELP = N_(
    "A classifier saved by Keras: `model.save('my-model.keras')`, an HDF5 file (.h5) of Keras 2 or 3, or a ZIP archive "
    "of a SavedModel folder. The file is scanned before anything in it is built; a file that holds code, such as a "
    "Lambda layer, is refused."
)
_HEADS = {
    "softmax": N_("{name}: one of {count} labels (softmax)"),
    "sigmoid": N_("{name}: {count} labels that may occur together (sigmoid)"),
    "one sigmoid": N_("{name}: one label, present or absent (sigmoid)"),
    "logits": N_("{name}: {count} numbers without an activation (logits)"),
    "one logit": N_("{name}: one number without an activation (logit)"),
}


def render_file_step() -> None:
    """Draw the uploader of the model's file."""
    engine_upload.render_engine_uploader("add-model-file", _("Model file"), _taken, kind="model")
    st.caption(paragraph([_(FORMATS_HELP), upload_limit_sentence()]))


def _taken(token: str, name: str) -> None:
    st.session_state[f"{_key(token)} name"] = name
    url_state.give("file", token)


def render_found(token: str) -> FoundModel | None:
    """Draw what was found in the file; return it, None while it is read or where it cannot be used."""
    key = _key(token)
    status = session_job.render_session_job(key, "inspect_model", {"model_upload": token}, _("Reading the model file"))
    if status is None:
        return None
    if status.state != "done":
        notices.render_notice("refused", _("This model cannot be added"), status.message)
        st.button(_("Choose another file"), on_click=_again, args=(key,))
        return None
    found = found_model(status.result)
    st.html(html.titled_box("found", _("Found in the file"), found_facts(found)))
    st.button(_("Choose another file"), on_click=_again, args=(key,), type="tertiary")
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
    facts = {
        _("Network"): _("{architecture}, {count} parameters").format(
            architecture=found.architecture or _("of its own design"), count=number(found.parameters)
        ),
        _("Input"): _input_text(found),
        _("Output"): clauses(head_text(head) for head in found.heads),
        _("Heat maps"): _("explain layer {layer}").format(layer=found.explained_layer)
        if found.explained_layer
        else _("cannot be made"),
        _("File"): _("{writer}, {size} bytes, scanned: no code in it").format(
            writer=_written_by(found), size=number(found.size)
        ),
    }
    return facts | ({_("Notes"): paragraph(map(translated, found.notes))} if found.notes else {})


def _input_text(found: FoundModel) -> str:
    size = _("any size")
    if found.input:
        size = _("{rows} × {columns} pixels").format(rows=found.input[0], columns=found.input[1])
    text = listed([size, "RGB" if found.channels == 3 else _("grey")])
    if not found.scaling_inside:
        return text
    return clauses([text, _("scaled inside: {scaling}").format(scaling=translated(found.scaling_inside))])


def _written_by(found: FoundModel) -> str:
    if found.format == "savedmodel":
        return _("SavedModel of {software}").format(software=found.keras)
    return f"Keras {found.keras}"


def head_text(head: FoundHead) -> str:
    """Return what an output says, with its name."""
    return _(_HEADS[head.kind]).format(name=head.name, count=head.units)


def _key(token: str) -> str:
    return f"inspect model {token}"


def _again(key: str) -> None:
    session_job.forget_session_job(key)
    url_state.give("file", None)
