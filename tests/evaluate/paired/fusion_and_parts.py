"""A fusion with recorded predictions of its own, of its image alone and of its record alone."""

import numpy as np

from meddx.evaluate.paired.parts_alone import IMAGE, RECORD
from meddx.evaluate.predictions import write_predictions
from meddx.model.card import read_card
from tests.evaluate.paired.systems import predictions
from tests.fused import write_fused


def write_parts(folder):
    """A model "fused" whose image and record each tell a half of the second label. Returns the models folder."""
    written = write_fused(folder, labels=2)
    labels = [label.name for label in read_card(written / "card.toml").labels]
    for name, seed, n in (("validation", 0, 200), ("test", 1, 300)):
        random = np.random.default_rng(seed)
        ill = random.random(n) < 0.4
        of_image, of_record = (1.2 * ill + random.normal(size=n) for _ in range(2))
        for part, score in (("", of_image + of_record), (f"-{IMAGE}", of_image), (f"-{RECORD}", of_record)):
            p = 1 / (1 + np.exp(-(score - score.mean())))
            made = predictions(np.stack([1 - p, p], 1), np.stack([~ill, ill], 1), labels=labels)
            write_predictions(written / f"predictions-{name}{part}.parquet", made)
    return folder
