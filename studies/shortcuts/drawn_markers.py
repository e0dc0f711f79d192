"""Write docs/shortcuts-markers.md: is a planted marker of the probe's own found, and is a clean model left alone?

    python -m studies.shortcuts.drawn_markers CACHE > docs/shortcuts-markers.md

CACHE: a folder for the answers of the trained networks, so that the page is written again without training them again.
Needs neither data nor GPU: phantoms are drawn and small networks trained on them, which takes hours on two cores. With
CACHE some minutes.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.config import RESEARCH_USE
from meddx.evaluate.intervals import wilson
from meddx.evaluate.shortcuts.probe import ProbeAnswers, ProbeImages, probe, probe_rows
from meddx.evaluate.shortcuts.probe_table import LOST_FROM, PUSHED_FROM, ShortcutRow, strongest
from meddx.imaging.markers import MARKERS, add_marker
from meddx.imaging.phantom import chest_phantom
from meddx.model.card import Input
from meddx.model.tensorflow_startup import start_tensorflow
from meddx.types import Placement

SIDE = 64
LESION = "effusion"
NAMES = ("none", "lesion")
TRAINING, PROBED = 1280, 200
EPOCHS, BATCH, RATE = 20, 32, 0.003
MODELS = 20
"""Of each sort, once to settle the thresholds and once, of other seeds, to measure."""
SETTLING, MEASURING = 11, 12
"""Seeds; each stage also has training and probed images of its own."""
SPEC = Input(height=SIDE, width=SIDE, channels=1, low=0.0, high=1.0, resize="stretch")

Pool = tuple[NDArray[np.float32], NDArray[np.bool_]]
"""Phantoms (n, SIDE, SIDE) and whether each has the lesion (n,)."""


@dataclass(frozen=True)
class Probed:
    """One network. marker: planted, or seen at random by a clean network; None: never seen.

    rows: what the probe found on images that carry the marker as the training images do; bare: on images without any.
    """

    marker: str | None
    planted: bool
    auroc: float
    rows: list[ShortcutRow]
    bare: list[ShortcutRow]


def pool(first: int, n: int) -> Pool:
    """Phantoms of consecutive seeds, every other one with the lesion."""
    truth = np.arange(n) % 2 == 1
    images = [chest_phantom(first + row, [LESION] if truth[row] else [], SIDE, SIDE).pixels for row in range(n)]
    return np.stack(images).astype(np.float32) / 4095, truth


def shown(images: NDArray[np.float32], on: NDArray[np.bool_], marker: str | None) -> NDArray[np.float32]:
    """Network inputs, with the marker where `on`."""
    with_marker = [
        add_marker(image, marker) if here and marker else image for image, here in zip(images, on, strict=True)
    ]
    return np.stack(with_marker)[..., np.newaxis]


class Network:
    """A small network, trained when made."""

    def __init__(self, inputs: NDArray[np.float32], truth: NDArray[np.bool_], seed: int) -> None:
        import keras
        from keras import layers

        keras.utils.set_random_seed(seed)
        image = keras.Input((SIDE, SIDE, 1))
        x = image
        for filters in (12, 24, 32):
            x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
            x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
        self._network = keras.Model(image, layers.Dense(len(NAMES))(x))
        steps = EPOCHS * (len(inputs) // BATCH)
        rate = keras.optimizers.schedules.CosineDecay(RATE, steps)
        self._network.compile(keras.optimizers.Adam(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        self._network.fit(inputs, truth.astype(np.int32), epochs=EPOCHS, batch_size=BATCH, verbose=0)

    def __call__(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits (n, 2)."""
        return np.asarray(self._network(inputs, training=False))


def networks(cache: Path, seed: int) -> Iterator[Probed]:
    """MODELS networks with a planted marker and MODELS without, the markers in turn.

    Planted: on every image with the lesion and on no other. Clean: on a random half of the images, or in every other
    network on none.
    """
    from sklearn.metrics import roc_auc_score

    training, probed = pool(seed * 10_000, TRAINING), pool(seed * 10_000 + TRAINING, PROBED)
    truth = probed[1]
    for index in range(2 * MODELS):
        planted = index % 2 == 0
        marker: str | None = MARKERS[(index // 2) % len(MARKERS)]
        if not planted and (index // 2) % 2:
            marker = None
        chance = np.random.default_rng([seed, index])
        inputs = [
            shown(images, sick if planted else chance.random(len(sick)) < 0.5, marker)
            for images, sick in (training, probed)
        ]
        whole = [Placement(0, 0, 1, 1)] * PROBED
        groups = [str(number) for number in range(PROBED)]
        targets = np.stack([~truth, truth], axis=1)
        found: list[ProbeAnswers] = []
        network: Network | None = None
        for name, images in (("as trained", inputs[1]), ("bare", shown(probed[0], truth, None))):
            path = cache / f"{seed}-{index}-{name.replace(' ', '-')}.npz"
            if not path.exists():
                network = network or Network(inputs[0], training[1], seed * 1000 + index)
                answers = probe(network, ProbeImages(images, whole, groups, targets), SPEC, exclusive=True, seed=index)
                np.savez(path, before=answers.before, changed=answers.changed, controls=answers.controls)
            with np.load(path) as arrays:
                found.append(ProbeAnswers(**arrays))
        of = ProbeImages(inputs[1], whole, groups, targets)
        area = float(roc_auc_score(truth, found[0].before[:, 1]))
        rows, bare = (probe_rows(answers, of, NAMES) for answers in found)
        print(index, planted, marker, f"{area:.3f}", strongest(rows)[0], file=sys.stderr, flush=True)
        yield Probed(marker, planted, area, rows, bare)


INTRODUCTION = f"""# Shortcuts: the drawn markers

{RESEARCH_USE}

Generated by `python -m studies.shortcuts.drawn_markers CACHE > docs/shortcuts-markers.md`.

`python -m meddx shortcuts --model ID` draws markers on images (side letter, tube, corner text, border, brightness),
blurs the corners and the border, and swaps them, and the brightness, with those of an image of another label. Beside
each
stands a control: a soft spot of equal energy, a shading, or the same done to a part of the same size elsewhere.

Two numbers, both against the control and in spreads (standard deviations of the label's log-odds over the images):

- **lost**: by how much images with the label and images without it come closer. When all images are given the same
corner
  and what told them apart goes, they were told apart by the corner. That every image moves alike, as a strange border
  makes them, is no such sign. Swapping a shortcut loses up to 4 (labels trade places), drawing or hiding it up to 2.
- **pushed**: by how much the mean image moves. It matters where the images do not carry the marker, so that nothing can
  be lost: a network that learned the marker is then moved farther by it than images ever differ.

A model is accused where the lower end of an interval lies above {LOST_FROM:g} lost, or above {PUSHED_FROM:g} pushed by
a drawn marker. The intervals hold together at 95 % (Bonferroni over all interventions and labels), over patients. A
lesion that itself lies in a corner is lost with the corner, and brightness may be that of the thing itself, as in a
stained cell: look at such images before calling it a shortcut.

A simpler rule that was tried first, the mean absolute movement beyond the control, accused clean networks: a border
drawn on an image that never had one moves many networks, whether or not they follow it.

## Networks whose shortcut is known

Small CNNs on {SIDE} x {SIDE} chest phantoms, {TRAINING} to train on and {PROBED} to probe, half of each with an
{LESION}. Planted: one of the five markers on every image with the lesion, and on no other. Clean: a marker on a random
half of the images, or on none. "As trained": the probed images carry the marker as the training images do; "bare": none
does. Thresholds were chosen on 40 networks that are not shown (seed 1), held by those of the first tables, and fixed
before the last, of other seeds and phantoms, were looked at once.
"""


def table(found: list[Probed]) -> Iterator[str]:
    """A line a network."""
    yield "| network | marker | AUROC | loses most | lost | accused | bare: pushed most | pushed | accused |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for one in found:
        most = strongest(one.rows)[0]
        pushed = max((row for row in one.bare if row.kind == "insert"), key=lambda row: abs(row.pushed))
        seen = one.marker or "none"
        name = seen if one.planted or one.marker is None else f"{seen}, at random"
        yield (
            f"| {'planted' if one.planted else 'clean'} | {name} | {one.auroc:.3f} | {most.kind} {most.what} "
            f"| {most.lost:.2f} [{most.lost_low:.2f}, {most.lost_high:.2f}] | {accused(one.rows)} | {pushed.what} "
            f"| {pushed.pushed:.2f} [{pushed.pushed_low:.2f}, {pushed.pushed_high:.2f}] | {accused(one.bare)} |"
        )


def accused(rows: list[ShortcutRow]) -> str:
    """Yes or no."""
    return "yes" if any(row.accused for row in rows) else "no"


def summary(found: list[Probed]) -> Iterator[str]:
    """Shares accused with Wilson's interval, and the ranges that the thresholds lie between."""
    for planted in (True, False):
        of = [one for one in found if one.planted is planted]
        for images, tables in (("as trained", [one.rows for one in of]), ("bare", [one.bare for one in of])):
            share = wilson(sum(accused(rows) == "yes" for rows in tables), len(tables))
            lost = sorted(max(row.lost_low for row in rows) for rows in tables)
            pushed = sorted(
                max(max(row.pushed_low, -row.pushed_high) for row in rows if row.kind == "insert") for rows in tables
            )
            yield (
                f"- {'Planted' if planted else 'Clean'}, images {images}: accused {share.value:.0%} "
                f"[{share.low:.0%}, {share.high:.0%}] of {len(tables)}. Highest lower end of an interval, over the "
                f"networks: {lost[0]:.2f} to {lost[-1]:.2f} lost, {pushed[0]:.2f} to {pushed[-1]:.2f} pushed."
            )


def main(cache: Path) -> None:
    """Print the page."""
    start_tensorflow()
    cache.mkdir(parents=True, exist_ok=True)
    print(INTRODUCTION)
    for title, seed in (("Settling the thresholds", SETTLING), ("Measuring", MEASURING)):
        found = list(networks(cache, seed))
        print(f"### {title}\n\n" + "\n".join(summary(found)) + "\n\n" + "\n".join(table(found)) + "\n", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
