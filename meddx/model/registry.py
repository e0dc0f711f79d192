"""The registry of installed models: each sub-folder of the models folder with a card is an entry."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from meddx.errors import CardError
from meddx.model.card import Card, read_card

CARD, VERSIONS = "card.toml", "versions"


@dataclass(frozen=True)
class ModelFolder:
    """A folder with a valid card."""

    folder: Path
    card: Card


@dataclass(frozen=True)
class InstalledModel(ModelFolder):
    """A model folder whose weights file is present (its SHA-256 is checked on loading)."""


@dataclass(frozen=True)
class EarlierVersion(ModelFolder):
    """An earlier version of an installed model, `versions/<version>/` in its folder, without the weights.

    It holds the card and the predictions of that version.
    """

    @property
    def name(self) -> str:
        """Return the model's id and this version, as in "chest 1.0.0"."""
        return f"{self.card.id} {self.card.version}"


@dataclass(frozen=True)
class Installed:
    """The contents of the models folder.

    models: usable ones, by id. earlier: versions of these. refused: folder name to the reason it is neither.
    """

    models: tuple[InstalledModel, ...]
    refused: dict[str, str]
    earlier: tuple[EarlierVersion, ...] = ()

    @property
    def cards(self) -> dict[str, Card]:
        """Return the cards by model id, in the order of `models`."""
        return {model.card.id: model.card for model in self.models}


def list_models(directory: Path) -> Installed:
    """Return the models in the sub-folders of `directory`, sorted by name, without hidden folders.

    A directory that does not exist holds no models.
    """
    models: list[InstalledModel] = []
    earlier: list[EarlierVersion] = []
    refused: dict[str, str] = {}
    for folder in model_folders(directory):
        try:
            models.append(InstalledModel(folder, installed_card(folder)))
        except CardError as error:
            refused[folder.name] = str(error)
            continue
        for version in model_folders(folder / VERSIONS):
            try:
                earlier.append(EarlierVersion(version, _earlier_card(version, models[-1].card)))
            except CardError as error:
                refused[f"{folder.name}/{VERSIONS}/{version.name}"] = str(error)
    return Installed(tuple(models), refused, tuple(earlier))


def model_folders(directory: Path) -> list[Path]:
    """Return the sub-folders in the order of their names, without hidden ones."""
    found = sorted(path for path in directory.iterdir() if path.is_dir()) if directory.is_dir() else []
    return [folder for folder in found if not folder.name.startswith((".", "_"))]


def _earlier_card(folder: Path, now: Card) -> Card:
    """Return the card of an earlier version.

    Raises CardError where it is no other version of the same model.
    """
    card = read_card(folder / CARD)
    place = f"{now.id}/{VERSIONS}/{folder.name}/{CARD}"
    if card.id != now.id:
        raise CardError(f"{place}: field id, value {card.id!r}: must be {now.id!r}, whose version it is")
    if card.version != folder.name:
        raise CardError(f"{place}: field version, value {card.version!r}: must be the folder's name")
    if card.version == now.version:
        raise CardError(f"{place}: field version, value {card.version!r}: is the one installed")
    return card


def find_model(directory: Path, name: str) -> InstalledModel:
    """Return the installed model with this id.

    Raises CardError when its card is refused, or when it is not installed; then the message lists those that are.
    """
    installed = list_models(directory)
    for model in installed.models:
        if model.card.id == name:
            return model
    if name in installed.refused:
        raise CardError(installed.refused[name])
    if not installed.models:
        raise CardError(none_installed(directory))
    raise CardError(f"No model {name!r:.80} is installed; those installed: {', '.join(installed.cards)}.")


def none_installed(directory: Path) -> str:
    """Return the message for a folder without a usable model: where meddx looked, and what to do."""
    state = "holds no usable model" if directory.is_dir() else "is a file" if directory.exists() else "does not exist"
    return (
        f"No model is installed: the folder {directory} {state}; "
        "name the folder of models in MEDDX_MODELS, or start meddx where a folder models/ lies."
    )


def installed_card(folder: Path) -> Card:
    """Return the card of one model folder.

    Raises CardError when it or the weights it names are missing or wrong.
    """
    if not (folder / CARD).is_file():
        raise CardError(f"{folder.name} has no {CARD}; add one, or move the folder out of the models folder")
    card = read_card(folder / CARD)
    faults = []
    if card.id != folder.name:
        faults.append(f"field id, value {card.id!r}: must be the folder's name")
    weights = folder / card.weights.file
    if weights.is_file() and not weights.stat().st_size:
        faults.append(
            f"field weights.file, value {card.weights.file!r}: the file is empty; copy the model's folder again"
        )
    if not weights.is_file():
        faults.append(f"field weights.file, value {card.weights.file!r}: no such file there")
    if faults:
        raise CardError(f"{folder.name}/{CARD}: {'; '.join(faults)}")
    return card


def folder_state(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    """Return name, size, time of the last change (ns) and inode of each file in a model folder; () where there is none.

    Whoever keeps a loaded model compares it, since hashing the weights at each question would take too long.
    """
    try:
        files = [(entry.name, entry.stat()) for entry in os.scandir(folder) if entry.is_file()]
    except FileNotFoundError:
        return ()
    return tuple(sorted((name, stat.st_size, stat.st_ctime_ns, stat.st_ino) for name, stat in files))


def installed_state(directory: Path) -> str:
    """Return a digest of every card in the folder of models and of the names of all files beside the cards.

    It changes whenever `list_models` may answer differently.
    """
    digest = hashlib.sha256()
    for folder in model_folders(directory):
        for place in (folder, *model_folders(folder / VERSIONS)):
            card = place / CARD
            names = sorted(entry.name for entry in place.iterdir())
            content = card.read_bytes() if card.is_file() else b""
            digest.update(repr((str(place), names, content)).encode())
    return digest.hexdigest()
