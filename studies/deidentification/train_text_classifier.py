"""Train the classifier of lines of writing and write meddx/imaging/deidentification/text_classifier.json.

    python -m studies.deidentification.train_text_classifier [--count 140] [--keep FILE]

Candidates in images without writing are the negative examples, and those that lie on generated writing the positive
ones. Films have writing of their own ("PORTABLE"): their candidates that a classifier trained on the other images
calls likely are left out. Needs no GPU; films of MEDDX_DATA where they are. Some ten minutes on two idle cores.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from meddx.imaging.deidentification.text_classifier import WEIGHTS, compressed
from meddx.imaging.deidentification.text_lines import FEATURES, TextLine, find_lines
from studies.deidentification.text_samples import samples

LEAST_INK = 0.12
"""Share of a candidate's box that writing must fill for it to be a positive example."""
LIKELY = 0.5
HIDDEN = 24
DIGITS = 5


def collect(count: int) -> dict[str, NDArray[np.float64]]:
    """Return features, whether each is writing, whether it comes from a film, and the number of its image."""
    rows: list[tuple[NDArray[np.float64], bool, bool, int]] = []
    for number, sample in enumerate(samples("tune", count)):
        rows += [(line.features, False, sample.film, number) for line in find_lines(sample.clean)[0]]
        ink = np.logical_or.reduce(sample.written.inks) if sample.written.inks else np.zeros(sample.clean.shape, bool)
        lines = find_lines(sample.written.shown)[0]
        rows += [(line.features, True, sample.film, number) for line in lines if _share(ink, line) > LEAST_INK]
        if number % 20 == 19:
            print(f"{number + 1} of {count} images", flush=True)
    features, text, film, image = zip(*rows, strict=True)
    return {"features": np.array(features), "text": np.array(text), "film": np.array(film), "image": np.array(image)}


def _share(ink: NDArray[np.bool_], line: TextLine) -> float:
    return float(ink[line.top : line.bottom, line.left : line.right].mean())


def train(rows: dict[str, NDArray[np.float64]]) -> dict[str, object]:
    """Return what WEIGHTS holds."""
    values, text = compressed(rows["features"]), rows["text"].astype(bool)
    network = make_pipeline(
        StandardScaler(), MLPClassifier((HIDDEN,), alpha=0.02, max_iter=500, random_state=0, early_stopping=False)
    )
    likely = cross_val_predict(network, values, text, groups=rows["image"], cv=GroupKFold(4), method="predict_proba")[
        :, 1
    ]
    kept = text | ~rows["film"].astype(bool) | (likely < LIKELY)
    print(f"{len(text)} candidates, {int(text.sum())} of writing, {int((~kept).sum())} left out")
    for threshold in (0.1, 0.3, 0.5, 0.7, 0.9):
        phantoms = ~text & ~rows["film"].astype(bool) & (likely >= threshold)
        print(
            f"at {threshold}: {(likely[text] >= threshold).mean():.4f} of the lines of writing, "
            f"{len(np.unique(rows['image'][phantoms]))} phantoms without any"
        )
    network.fit(values[kept], text[kept])
    scaler, mlp = network[0], network[1]
    layers = [
        [weights.round(DIGITS).tolist(), biases.round(DIGITS).tolist()]
        for weights, biases in zip(mlp.coefs_, mlp.intercepts_, strict=True)
    ]
    return {
        "features": list(FEATURES),
        "mean": scaler.mean_.round(DIGITS).tolist(),
        "scale": scaler.scale_.round(DIGITS).tolist(),
        "layers": layers,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=140)
    parser.add_argument("--keep", type=Path, help="where the features are kept for another run")
    arguments = parser.parse_args(argv)
    if arguments.keep and arguments.keep.exists():
        rows = dict(np.load(arguments.keep))
    else:
        rows = collect(arguments.count)
        if arguments.keep:
            np.savez(arguments.keep, **rows)
    WEIGHTS.write_text(json.dumps(train(rows)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
