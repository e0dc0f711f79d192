"""Read the arguments of jobs that add a model: the uploaded file, labelled images, and a person's choices.

arguments: model_upload (token of the model's file); at most one of upload (token of labelled images) and
folder_of_images (path); choices (fields of meddx.install.choices.AddChoices but `data` and `roots`, as JSON).
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from meddx.config import evaluate_roots
from meddx.engine.evaluation_job import allowed_path
from meddx.engine.uploads import unpacked_upload, uploaded_file
from meddx.errors import Refused, field_faults
from meddx.install.choices import AddChoices
from meddx.types import Progress

_CHOICES = TypeAdapter(AddChoices)
_FIELDS = {one.name for one in fields(AddChoices)} - {"data", "roots"}


@contextmanager
def opened_import(arguments: Mapping[str, Any], progress: Progress) -> Iterator[tuple[Path, AddChoices]]:
    """Yield the model's file and the choices, with the labelled images opened.

    Both uploads stay for the next step. No image may lie outside the upload, or the folders that the server may read.
    Raises Refused.
    """
    if arguments.get("upload") == arguments["model_upload"]:
        raise Refused("same-upload", "The model's file and the labelled images are one upload; upload them apart.")
    with ExitStack() as held:
        file = held.enter_context(uploaded_file(arguments["model_upload"], progress, keep=True))
        data: Path | None = None
        roots: tuple[Path, ...] | None = None
        if "upload" in arguments:
            data = held.enter_context(unpacked_upload(arguments["upload"], progress))
            roots = (data,)
        elif "folder_of_images" in arguments:
            data, roots = allowed_path(arguments["folder_of_images"]), evaluate_roots()
        yield file, choices_of(arguments.get("choices", {}), data, roots)


def choices_of(given: Mapping[str, Any], data: Path | None, roots: tuple[Path, ...] | None) -> AddChoices:
    """Return the choices in JSON as AddChoices. Raises Refused naming a field that is none of them, or is wrong.

    data, roots: of the result; neither is for whoever sent the choices to say.
    """
    if unknown := set(given) - _FIELDS:
        raise Refused("no-such-choice", f"Adding a model asks nothing named {min(unknown)!r:.60}: leave it out.")
    try:
        return replace(_CHOICES.validate_python(given), data=data, roots=roots)
    except ValidationError as error:
        raise Refused("no-such-choice", f"The choices cannot be used ({field_faults(error)}): correct them.") from error
