"""Read the arguments of jobs that add a model or calibrate one: the file, labelled images, and a person's choices.

arguments: model_upload (token of the model's file, where one is added); at most one of upload (token of labelled
images) and folder_of_images (path); choices (fields of meddx.install.choices.AddChoices, or of
meddx.install.local_cases.LocalCases, but `data` and `roots`, as JSON).
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
from meddx.install.local_cases import LocalCases
from meddx.types import Progress

_CHOICES = TypeAdapter(AddChoices)
_LOCAL = TypeAdapter(LocalCases)
_NOT_ASKED = {"data", "roots"}
"""Fields that are not for whoever sends the choices to say."""


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
        data, roots = _opened_images(arguments, held, progress)
        yield file, choices_of(arguments.get("choices", {}), data, roots)


@contextmanager
def opened_local_cases(arguments: Mapping[str, Any], progress: Progress) -> Iterator[LocalCases]:
    """Yield the cases to calibrate a model on, opened. Upload, images and Refused are as for opened_import."""
    with ExitStack() as held:
        data, roots = _opened_images(arguments, held, progress)
        if data is None:
            raise Refused("no-set", "No labelled images were given; upload some to calibrate on.")
        given = _asked(arguments.get("choices", {}), LocalCases)
        try:
            local = _LOCAL.validate_python({**given, "data": data})
        except ValidationError as error:
            raise _wrong(error) from error
        yield replace(local, roots=roots)


def _opened_images(
    arguments: Mapping[str, Any], held: ExitStack, progress: Progress
) -> tuple[Path | None, tuple[Path, ...] | None]:
    """Return the labelled images, held until `held` closes, and the folders outside which none may lie."""
    if "upload" in arguments:
        data = held.enter_context(unpacked_upload(arguments["upload"], progress))
        return data, (data,)
    if "folder_of_images" in arguments:
        return allowed_path(arguments["folder_of_images"]), evaluate_roots()
    return None, None


def choices_of(given: Mapping[str, Any], data: Path | None, roots: tuple[Path, ...] | None) -> AddChoices:
    """Return the choices in JSON as AddChoices. Raises Refused naming a field that is none of them, or is wrong.

    data, roots: of the result; neither is for whoever sent the choices to say.
    """
    try:
        return replace(_CHOICES.validate_python(_asked(given, AddChoices)), data=data, roots=roots)
    except ValidationError as error:
        raise _wrong(error) from error


def _asked(given: Mapping[str, Any], kind: type[AddChoices | LocalCases]) -> Mapping[str, Any]:
    """Return the choices. Raises Refused for one that is not asked."""
    if unknown := set(given) - ({one.name for one in fields(kind)} - _NOT_ASKED):
        raise Refused("no-such-choice", f"Nothing named {min(unknown)!r:.60} is asked: leave it out.")
    return given


def _wrong(error: ValidationError) -> Refused:
    return Refused("no-such-choice", f"The choices cannot be used ({field_faults(error)}): correct them.")
