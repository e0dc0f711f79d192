"""Write docs/shortcuts.md: is a planted shortcut found, and is a clean model left alone?

python -m tools.shortcut_models > docs/shortcuts.md
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meddx.config import RESEARCH_USE, models_dir
from meddx.evaluate.intervals import wilson
from meddx.evaluate.shortcuts.probe import ACCUSED_FROM, SHORTCUTS_FILE, Films, Row, probe, read_shortcuts
from meddx.imaging.markers import MARKERS, marked
from meddx.imaging.phantom import chest_phantom
from meddx.model.card import Input
from meddx.model.registry import list_models
from meddx.model.start import start_tensorflow
from meddx.types import Placement

SIDE = 64
LESION = "effusion"
TRAINING, PROBED = 640, 80
EPOCHS = 20
CALIBRATION, TEST = 6, 20
"""Models of each sort on which the threshold was settled, and those that then decide."""
SPEC = Input(height=SIDE, width=SIDE, channels=1, low=0.0, high=1.0, resize="stretch")


@dataclass(frozen=True)
class Trained:
    """marker: planted, or seen at random by a clean model; None: never seen. rows: what the probe found."""

    marker: str | None
    planted: bool
    auroc: float
    rows: list[Row]

    @property
    def strongest(self) -> Row:
        """The row whose interval begins highest."""
        return max(self.rows, key=lambda row: row.low)


def pool(first: int, n: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Phantoms (n, SIDE, SIDE), every other one with the lesion."""
    truth = np.arange(n) % 2 == 1
    films = [chest_phantom(first + row, [LESION] if truth[row] else [], SIDE, SIDE).pixels for row in range(n)]
    return np.stack(films).astype(np.float32) / 4095, truth


def shown(films: NDArray[np.float32], on: NDArray[np.bool_], marker: str | None) -> NDArray[np.float32]:
    """Network inputs, with the marker where `on`."""
    with_marker = [marked(film, marker) if here and marker else film for film, here in zip(films, on, strict=True)]
    return np.stack(with_marker)[..., np.newaxis]


class Trainer:
    """One small network, compiled once and begun anew for every model."""

    def __init__(self) -> None:
        import keras
        from keras import layers

        film = keras.Input((SIDE, SIDE, 1))
        x = film
        for filters in (12, 24, 32):
            x = layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
        self._model = keras.Model(film, layers.Dense(2)(x))
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)
        self._model.compile(keras.optimizers.Adam(0.003), loss)
        self._keras = keras

    def __call__(self, inputs: NDArray[np.float32], truth: NDArray[np.bool_], seed: int) -> None:
        """Train from new weights."""
        self._keras.utils.set_random_seed(seed)
        begin = self._keras.initializers.GlorotUniform(seed)
        for weight in self._model.weights:
            weight.assign(begin(weight.shape) if len(weight.shape) > 1 else np.zeros(weight.shape))
        for value in self._model.optimizer.variables:
            if value is not self._model.optimizer.learning_rate:
                value.assign(np.zeros(value.shape))
        targets = np.stack([~truth, truth], axis=1).astype(np.float32)
        self._model.fit(inputs, targets, epochs=EPOCHS, batch_size=32, verbose=0)

    def ask(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits (n, 2)."""
        return np.asarray(self._model(inputs, training=False))


def models(
    number: int, seed: int, training: tuple[NDArray, NDArray], probed: tuple[NDArray, NDArray]
) -> Iterator[Trained]:
    """`number` models with a planted marker and `number` without, the markers in turn.

    Planted: on every film with the lesion and on no other. Clean: on a random half of the films, or in every other
    model on none. The films that are probed carry the marker as the training films do.
    """
    from sklearn.metrics import roc_auc_score

    trainer = Trainer()
    for index in range(2 * number):
        planted = index % 2 == 0
        marker = MARKERS[(index // 2) % len(MARKERS)]
        if not planted and (index // 2) % 2:
            marker = None
        chance = np.random.default_rng([seed, index])
        sets = []
        for films, truth in (training, probed):
            on = truth if planted else chance.random(len(truth)) < 0.5
            sets.append(shown(films, on, marker))
        trainer(sets[0], training[1], seed * 1000 + index)
        logits = trainer.ask(sets[1])
        names = tuple(("lesion",) if sick else ("none",) for sick in probed[1])
        films = Films(sets[1], [Placement(0, 0, 1, 1)] * len(names), [str(n) for n in range(len(names))], names)
        rows = probe(trainer.ask, films, SPEC, ("none", "lesion"), exclusive=True, seed=index)
        area = float(roc_auc_score(probed[1], logits[:, 1] - logits[:, 0]))
        found = Trained(marker, planted, area, rows)
        print(index, planted, marker, f"{area:.3f}", found.strongest, file=sys.stderr, flush=True)
        yield found


INTRODUCTION = f"""# Shortcuts: does the answer move with what it should not?

{RESEARCH_USE}

Generated by `python -m tools.shortcut_models > docs/shortcuts.md`.

`python -m meddx shortcuts --model ID` inserts markers into films (side letter, tube, corner text, border, brightness),
blurs the corners and the border, and swaps them with another film's. Beside each stands a control: a soft spot of equal
energy, or the same done elsewhere to a part of the same size. What counts is how much farther the answer moves with the
intervention than with its control, in spreads (standard deviations of the label's log-odds over the films), with a 95 %
interval. A model is accused where an interval begins above {ACCUSED_FROM} spreads.

## Models whose shortcut is known

Small CNNs on {SIDE} x {SIDE} chest phantoms, {TRAINING} to train on and {PROBED} to probe, half of each with a
{LESION}. Planted: one of the five markers on every film with the lesion, and on no other. Clean: a marker on a random
half of the films, or on none. The threshold was settled on {CALIBRATION} and {CALIBRATION} models of other seeds.
"""


def main() -> None:
    """Print the page."""
    start_tensorflow()
    training, probed = pool(0, TRAINING), pool(100_000, PROBED)
    print(INTRODUCTION)
    for title, number, seed in (("Settling the threshold", CALIBRATION, 1), ("The test", TEST, 2)):
        found = list(models(number, seed, training, probed))
        print(f"### {title}\n")
        for planted, words in ((True, "planted, accused"), (False, "clean, accused")):
            of = [one for one in found if one.planted is planted]
            share = wilson(sum(one.strongest.accused for one in of), len(of))
            lows = sorted(one.strongest.low for one in of)
            print(
                f"- {words}: {share.value:.0%} [{share.low:.0%}, {share.high:.0%}] of {len(of)}; where the highest "
                f"interval begins: {lows[0]:.2f} to {lows[-1]:.2f} spreads"
            )
        print("\n| model | marker | AUROC | moves it most | excess, spreads | accused |\n|---|---|---|---|---|---|")
        for one in found:
            most = one.strongest
            name = f"{one.marker or 'none'}{', planted' if one.planted else ', at random' if one.marker else ''}"
            print(
                f"| {'planted' if one.planted else 'clean'} | {name} | {one.auroc:.3f} | {most.kind} {most.what} "
                f"| {most.excess:.2f} [{most.low:.2f}, {most.high:.2f}] | {'yes' if most.accused else 'no'} |"
            )
        print(flush=True)
    print("## Shipped models\n")
    for model in list_models(models_dir()).models:
        path = model.folder / SHORTCUTS_FILE
        if not path.exists():
            continue
        rows = sorted(read_shortcuts(path), key=lambda row: -row.low)
        print(f"### {model.card.title} (`{model.card.id}`), {rows[0].n} test films\n")
        print("| intervention | label | moved | control | excess, spreads | accused |\n|---|---|---|---|---|---|")
        for row in rows:
            print(
                f"| {row.kind} {row.what} | {row.label} | {row.moved:.2f} | {row.control:.2f} "
                f"| {row.excess:.2f} [{row.low:.2f}, {row.high:.2f}] | {'yes' if row.accused else 'no'} |"
            )
        print()


if __name__ == "__main__":
    main()
