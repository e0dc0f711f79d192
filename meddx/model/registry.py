"""What is installed: the folder of models is the registry, a card in a sub-folder its entry."""

from dataclasses import dataclass
from pathlib import Path

from meddx.errors import CardError
from meddx.model.card import Card, read_card

CARD = "card.toml"


@dataclass(frozen=True)
class InstalledModel:
    """A model folder whose card is valid and whose weights file is there (its SHA-256 is checked on loading)."""

    folder: Path
    card: Card


@dataclass(frozen=True)
class Installed:
    """models: usable ones, by id. refused: folder name to the reason it is no model."""

    models: tuple[InstalledModel, ...]
    refused: dict[str, str]

    @property
    def cards(self) -> dict[str, Card]:
        """Model id to card, in the order of `models`."""
        return {model.card.id: model.card for model in self.models}


def list_models(directory: Path) -> Installed:
    """Every sub-folder of `directory` but hidden ones, sorted by name. An absent directory holds no models."""
    models: list[InstalledModel] = []
    refused: dict[str, str] = {}
    folders = sorted(path for path in directory.iterdir() if path.is_dir()) if directory.is_dir() else []
    for folder in folders:
        if folder.name.startswith((".", "_")):
            continue
        try:
            models.append(InstalledModel(folder, installed_card(folder)))
        except CardError as error:
            refused[folder.name] = str(error)
    return Installed(tuple(models), refused)


def find_model(directory: Path, name: str) -> InstalledModel:
    """The model of this id. Raises CardError, with those there are, when it is not installed or its card is refused."""
    installed = list_models(directory)
    for model in installed.models:
        if model.card.id == name:
            return model
    if name in installed.refused:
        raise CardError(installed.refused[name])
    known = ", ".join(installed.cards) or "none"
    raise CardError(f"No model {name!r:.80} is installed; those installed: {known}.")


def installed_card(folder: Path) -> Card:
    """The card of one model folder. Raises CardError when it or the weights it names are missing or wrong."""
    if not (folder / CARD).is_file():
        raise CardError(f"{folder.name} has no {CARD}; add one, or move the folder out of the models folder")
    card = read_card(folder / CARD)
    if card.id != folder.name:
        raise CardError(f"{folder.name}/{CARD}: field id, value {card.id!r}: must be the folder's name")
    if not (folder / card.weights.file).is_file():
        raise CardError(f"{folder.name}/{CARD}: field weights.file, value {card.weights.file!r}: no such file there")
    return card
