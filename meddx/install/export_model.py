"""Pack a model folder into one file, and remove one. No TensorFlow here: neither needs the network."""

import shutil
import tempfile
import zipfile
from pathlib import Path

from meddx.errors import Refused
from meddx.model.registry import find_model
from meddx.whole_file import whole_file


def export_model(id: str, models: Path, target: Path | None = None) -> Path:
    """Write the model folder as a ZIP archive and return its path.

    target: the file, or a folder for "<id>-<version>.zip"; the working folder by default.
    Raises Refused where the file exists, and CardError for a model that is not installed.
    """
    installed = find_model(models, id)
    name = f"{id}-{installed.card.version}.zip"
    path = Path(name) if target is None else target / name if target.is_dir() else target
    if path.exists():
        raise Refused("file-exists", f"{path} exists; name another file (--out).")
    with whole_file(path) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(installed.folder.rglob("*")):
            inside = file.relative_to(installed.folder)
            if file.is_file() and not any(part.startswith(".") for part in inside.parts):
                archive.write(file, f"{id}/{inside.as_posix()}")
    return path


def remove_model(id: str, models: Path) -> None:
    """Remove an installed model's folder with all that is in it. Raises CardError where it is not installed."""
    folder = find_model(models, id).folder
    aside = Path(tempfile.mkdtemp(prefix=".removing-", dir=models))
    try:
        folder.rename(aside / id)  # at once, so that nobody sees half of it
    finally:
        shutil.rmtree(aside, ignore_errors=True)
