"""Read the labelled images on which the small networks of this study learn and are probed."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from meddx.imaging.phantom import chest_phantom

TRAINING, PROBED = 800, 240
"""Images at most."""


@dataclass(frozen=True)
class Pool:
    """Images (n, side, side) float32 in [0, 1], whether each is ill (n,), and its patient (n,)."""

    images: NDArray[np.float32]
    ill: NDArray[np.bool_]
    patients: NDArray[np.str_]

    def rows(self, rows: NDArray[np.intp]) -> "Pool":
        """Return these rows."""
        return Pool(self.images[rows], self.ill[rows], self.patients[rows])


def _files(chosen: list[tuple[Path, bool, str]], side: int) -> Pool:
    images = []
    for path, _, _ in chosen:
        with PIL.Image.open(path) as file:
            images.append(np.asarray(file.convert("L").resize((side, side), PIL.Image.Resampling.BOX)))
    ill, patients = zip(*((ill, patient) for _, ill, patient in chosen), strict=True)
    return Pool(np.stack(images).astype(np.float32) / 255, np.array(ill), np.array(patients))


def chest(data: Path) -> Pool:
    """Return children's chest images at 32 px."""
    files = [
        (path, ill, path.stem.split("_")[0] if ill else "-".join(path.stem.split("-")[:-1]))
        for folder, ill in (("NORMAL", False), ("PNEUMONIA", True))
        for path in sorted((data / "chest_xray" / "train" / folder).iterdir())[:1250]
    ]
    return _files(files, 32)


def breast(data: Path) -> Pool:
    """Return ultrasound images of breasts at 36 px, the malignant ill."""
    with (data / "busbra" / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    paths = {path.stem: path for path in (data / "busbra" / "images").rglob("*.*")}
    return _files([(paths[Path(r["file"]).stem], r["label"] == "malignant", r["case"]) for r in rows], 36)


def pneumonia(data: Path) -> Pool:
    """Return PneumoniaMNIST at 28 px."""
    with np.load(data / "medmnist" / "pneumoniamnist.npz") as file:
        images, ill = file["train_images"], file["train_labels"].ravel() == 1
    return Pool(images.astype(np.float32) / 255, ill, np.arange(len(ill)).astype(np.str_))


def phantoms(data: Path) -> Pool:
    """Return chest phantoms at 40 px, a third with an effusion."""
    side = 40
    seeds = [row for row in range(2400) if row % 4 != 3]
    ill = np.array([row % 4 == 1 for row in seeds])
    images = [
        chest_phantom(50_000 + row, ["effusion"] if sick else [], side, side).pixels
        for row, sick in zip(seeds, ill, strict=True)
    ]
    return Pool(np.stack(images).astype(np.float32) / 4095, ill, np.array(seeds).astype(np.str_))


POOLS: dict[str, Callable[[Path], Pool]] = {
    "chest": chest,
    "breast": breast,
    "pneumonia": pneumonia,
    "phantoms": phantoms,
}


def read_pool(name: str, data: Path, cache: Path) -> Pool:
    """Return the pool, kept in `cache`."""
    path = cache / f"{name}.npz"
    if not path.exists():
        pool = POOLS[name](data)
        np.savez(path, images=pool.images, ill=pool.ill, patients=pool.patients)
    with np.load(path) as file:
        return Pool(file["images"], file["ill"], file["patients"])


def split(pool: Pool, dice: np.random.Generator) -> tuple[Pool, Pool]:
    """Return images to train on and images to probe, of other patients, as many ill as well where there are enough."""
    patients = dice.permutation(np.unique(pool.patients))
    held = np.isin(pool.patients, patients[: len(patients) // 4])

    def half_ill(rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
        sorts = [dice.permutation(rows[pool.ill[rows] == ill])[: most // 2] for ill in (False, True)]
        return np.sort(np.concatenate(sorts))

    return (
        pool.rows(half_ill(np.flatnonzero(~held), TRAINING)),
        pool.rows(half_ill(np.flatnonzero(held), PROBED)),
    )
