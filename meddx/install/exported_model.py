"""Pack a model folder into one file and add it from there on another machine."""

import shutil
import tempfile
import zipfile
from pathlib import Path

from meddx.errors import CardError, Refused
from meddx.evaluate.sets.unpack_upload import unpack_upload
from meddx.install.add_model import check_id
from meddx.install.card_file import write_card
from meddx.install.new_folder import check_free, new_folder
from meddx.model.card import Card, read_card
from meddx.model.importing.scan_file import scan_file
from meddx.model.loading import load_model
from meddx.model.registry import CARD, VERSIONS, find_model
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


def is_exported(file: Path) -> bool:
    """Return whether the file is an archive of a model folder, which a Keras archive is not."""
    if not file.is_file() or not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as archive:
        return any(name == CARD or (name.endswith(f"/{CARD}") and name.count("/") == 1) for name in archive.namelist())


def add_exported(file: Path, models: Path, id: str | None = None) -> Card:
    """Install the model folder in an archive that export_model wrote, and return its card.

    id: another one than the card's. The archive's limits are those of uploads, its weights are scanned before anything
    is made of them, and the network must agree with its card. Raises Refused and CardError; nothing is left then.
    """
    with tempfile.TemporaryDirectory() as place:
        unpacked = Path(place) / "model"
        unpack_upload(file, unpacked)
        cards = [path for path in (unpacked / CARD, *sorted(unpacked.glob(f"*/{CARD}"))) if path.is_file()]
        if len(cards) != 1:
            raise Refused(
                "not-a-model", f"The archive holds {len(cards)} model cards; export one model (model export)."
            )
        source, card = cards[0].parent, read_card(cards[0])
        new_id = id or card.id
        check_id(new_id)
        check_free(models, new_id)
        weights = source / card.weights.file
        if not weights.is_file():
            raise CardError(f"{card.id}: the archive lacks the weights file {card.weights.file}")
        scan_file(weights, card.weights.sha256)
        with new_folder(models, new_id) as folder:
            shutil.copytree(source, folder, dirs_exist_ok=True)
            if new_id != card.id:
                for path in (folder / CARD, *folder.glob(f"{VERSIONS}/*/{CARD}")):
                    write_card(path.parent, read_card(path).model_copy(update={"id": new_id}))
            load_model(folder)
    return find_model(models, new_id).card


def remove_model(id: str, models: Path) -> None:
    """Remove an installed model's folder with all that is in it. Raises CardError where it is not installed."""
    folder = find_model(models, id).folder
    aside = Path(tempfile.mkdtemp(prefix=".removing-", dir=models))
    try:
        folder.rename(aside / id)  # at once, so that nobody sees half of it
    finally:
        shutil.rmtree(aside, ignore_errors=True)
