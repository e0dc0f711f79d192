"""Build a model folder aside and put it in place at once, so that no half-written one is ever seen."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meddx.errors import Refused
from meddx.model.registry import folder_state

_HIDDEN = ".adding-"


@contextmanager
def new_folder(models: Path, id: str) -> Iterator[Path]:
    """Yield an empty folder named `id` to write a model into; afterwards it is `models`/`id`.

    Nothing is left where the work raises. Raises Refused where a model of this id exists, before or after the work.
    """
    check_free(models, id)
    models.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=models))
    try:
        folder = aside / id
        folder.mkdir()
        yield folder
        check_free(models, id)
        folder.rename(models / id)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def changed_folder(models: Path, id: str) -> Iterator[Path]:
    """Yield a copy of the model folder `id` to change; afterwards it takes that folder's place.

    The folder stays as it was where the work raises. Raises Refused where somebody else changed it meanwhile.
    """
    state = folder_state(models / id)
    aside = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=models))
    try:
        folder = aside / id
        shutil.copytree(models / id, folder)
        yield folder
        if folder_state(models / id) != state:
            raise Refused("model-replaced", f"The folder of {id} was changed meanwhile; look at it, and start again.")
        before = aside / "before"
        (models / id).rename(before)
        try:
            folder.rename(models / id)
        except OSError:
            before.rename(models / id)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def check_free(models: Path, id: str) -> None:
    """Raise Refused where something of this id exists: nothing is overwritten."""
    if (models / id).exists():
        raise Refused("id-taken", f"A model {id!r:.60} is installed already; choose another id (--id).")
