"""Read the arguments of jobs that add a model: the uploaded file, labelled images, and a person's choices.

arguments: model_upload (token of the model's file); at most one of upload (token of labelled images) and
folder_of_images (path); choices (fields of meddx.install.choices.AddChoices but `data`, as JSON).
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from meddx.engine.evaluation_job import allowed_path
from meddx.engine.uploads import unpacked_upload, uploaded_file
from meddx.errors import Refused, field_faults
from meddx.install.choices import AddChoices
from meddx.types import Progress

_CHOICES = TypeAdapter(AddChoices)
_FIELDS = {one.name for one in fields(AddChoices)}


@contextmanager
def opened_import(arguments: Mapping[str, Any], progress: Progress) -> Iterator[tuple[Path, AddChoices]]:
    """Yield the model's file and the choices, with the labelled images opened.

    Both uploads stay for the next step. Raises Refused.
    """
    with ExitStack() as held:
        file = held.enter_context(uploaded_file(arguments["model_upload"], progress, keep=True))
        data = None
        if "upload" in arguments:
            data = held.enter_context(unpacked_upload(arguments["upload"], progress))
        elif "folder_of_images" in arguments:
            data = allowed_path(arguments["folder_of_images"])
        yield file, choices_of(arguments.get("choices", {}), data)


def choices_of(given: Mapping[str, Any], data: Path | None) -> AddChoices:
    """Return the choices in JSON as AddChoices. Raises Refused naming a field that is none of them, or is wrong."""
    if unknown := set(given) - _FIELDS:
        raise Refused("no-such-choice", f"Adding a model asks nothing named {min(unknown)!r:.60}.")
    try:
        return replace(_CHOICES.validate_python(given), data=data)
    except ValidationError as error:
        raise Refused("no-such-choice", f"The choices cannot be used: {field_faults(error)}.") from error
