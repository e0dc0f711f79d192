"""Add a model folder from the file that meddx.install.export_model packed it into, on another machine."""

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
        if scan_file(weights, card.weights.sha256).format != "keras":
            raise Refused("not-a-model", f"{card.weights.file} is no Keras archive; export the model again.")
        with new_folder(models, new_id) as folder:
            shutil.copytree(source, folder, dirs_exist_ok=True)
            if new_id != card.id:
                for path in (folder / CARD, *folder.glob(f"{VERSIONS}/*/{CARD}")):
                    write_card(path.parent, read_card(path).model_copy(update={"id": new_id}))
            load_model(folder)
    return find_model(models, new_id).card
