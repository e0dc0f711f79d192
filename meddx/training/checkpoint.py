"""Save and restore the state of a training run, so that a kill at any moment leaves a whole checkpoint."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras
import numpy as np

from meddx.errors import Refused


@dataclass
class TrainingState:
    """The progress of a training run.

    epochs: done so far. curve: one row an epoch. best_epoch: counted from 1, 0 before the first.

    seeds: state of each layer that draws at random (dropout), which Keras leaves out of weights files.
    """

    recipe: str
    epochs: int = 0
    best_epoch: int = 0
    best_loss: float = float("inf")
    curve: list[dict[str, float]] = field(default_factory=list)
    seeds: list[list[int]] = field(default_factory=list)


class Checkpoint:
    """The checkpoint of a training run in one folder.

    The state file names the weights it belongs to and is replaced in one step, last.
    """

    def __init__(self, folder: Path, recipe: str) -> None:
        """Open the checkpoint without reading it.

        folder: of this run. recipe: its content; another recipe's checkpoint is not continued.
        """
        self.folder, self.recipe = folder, recipe
        self._state = folder / "progress.json"

    @property
    def best(self) -> Path:
        """Return the path of the weights of the best epoch so far."""
        return self.folder / "best.weights.h5"

    def restore(self, model: keras.Model, finished: keras.Model) -> TrainingState:
        """Load the last epoch's weights, optimiser and random state and return its progress; a new run starts at 0.

        model: compiled. finished: the network that the run would return if it ended here: the network itself, or the
        average of its weights. Raises Refused when the folder holds the run of another recipe.
        """
        if not self._state.exists():
            return TrainingState(self.recipe)
        progress = TrainingState(**json.loads(self._state.read_text(encoding="utf-8")))
        if progress.recipe != self.recipe:
            raise Refused(
                "other-recipe", f"{self.folder} holds a run of another recipe; remove it or choose another folder."
            )
        model.optimizer.build(model.trainable_variables)
        model.load_weights(self._weights(progress.epochs))
        finished.load_weights(self._finished(progress.epochs))
        for variable, value in zip(_seeds(model), progress.seeds, strict=True):
            variable.assign(value)
        return progress

    def save(self, model: keras.Model, finished: keras.Model, progress: TrainingState) -> None:
        """Save this epoch, and the weights of `finished` as the best when it is the best so far."""
        progress.seeds = [np.asarray(variable.value).tolist() for variable in _seeds(model)]
        if progress.best_epoch == progress.epochs:
            _replace(self.best, finished.save_weights)
        model.save_weights(self._weights(progress.epochs))
        finished.save_weights(self._finished(progress.epochs))
        _replace(self._state, lambda path: path.write_text(json.dumps(asdict(progress)), encoding="utf-8"))
        for old in self.folder.glob("*-[0-9]*.weights.h5"):
            if old not in (self._weights(progress.epochs), self._finished(progress.epochs)):
                old.unlink()

    def _weights(self, epoch: int) -> Path:
        return self.folder / f"epoch-{epoch}.weights.h5"

    def _finished(self, epoch: int) -> Path:
        return self.folder / f"finished-{epoch}.weights.h5"


def _seeds(model: keras.Model) -> list[keras.Variable]:
    """Return the states of the layers' random generators.

    Keras counts them among the layers' variables, but not among their weights.
    """
    weights = {id(weight) for weight in model.weights}
    return [variable for layer in model.layers for variable in layer.variables if id(variable) not in weights]


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    partial = path.with_name(f"partial-{path.name}")
    write(partial)
    partial.replace(path)
