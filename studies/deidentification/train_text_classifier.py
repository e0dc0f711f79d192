"""Train the classifier of lines of writing and write meddx/imaging/deidentification/text_classifier.json.

    python -m studies.deidentification.train_text_classifier [--count 140] [--keep FILE]

Candidates that lie on generated writing are the positive examples; those on phantoms without any and on real films the
negative ones, but for films' own writing ("PORTABLE"), which was looked at (studies/deidentification/chest_films.py).
Needs no GPU; films of MEDDX_DATA where they are. Some ten minutes on two idle cores.
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
from studies.deidentification.chest_films import chest_films, is_on_writing, shown
from studies.deidentification.text_samples import samples

LEAST_INK = 0.12
"""Share of a candidate's box that writing must fill for it to be a positive example."""
HIDDEN = 48
DIGITS = 5


def collect(count: int) -> dict[str, NDArray[np.float64]]:
    """Return features, whether each is writing, whether it comes from a film as it is, and the number of its image."""
    rows: list[tuple[NDArray[np.float64], bool, bool, int]] = []
    for number, sample in enumerate(samples("tune", count)):
        if not sample.film:
            rows += [(line.features, False, False, number) for line in find_lines(sample.clean)[0]]
        ink = np.logical_or.reduce(sample.written.inks) if sample.written.inks else np.zeros(sample.clean.shape, bool)
        lines = find_lines(sample.written.shown)[0]
        rows += [(line.features, True, False, number) for line in lines if _share(ink, line) > LEAST_INK]
        if number % 20 == 19:
            print(f"{number + 1} of {count} images", flush=True)
    for number, film in enumerate(chest_films("tune"), count):
        rows += [
            (line.features, False, True, number)
            for line in find_lines(shown(film))[0]
            if not is_on_writing(film.name, line.top, line.left, line.bottom, line.right)
        ]
    features, text, film_, image = zip(*rows, strict=True)
    return {"features": np.array(features), "text": np.array(text), "film": np.array(film_), "image": np.array(image)}


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
    print(f"{len(text)} candidates, {int(text.sum())} of writing")
    for threshold in (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95):
        likely_none = [~text & (film == rows["film"].astype(bool)) & (likely >= threshold) for film in (False, True)]
        phantoms, films = (len(np.unique(rows["image"][one])) for one in likely_none)
        found = (likely[text] >= threshold).mean()
        print(f"at {threshold}: {found:.4f} of the lines of writing, {phantoms} phantoms and {films} films without any")
    network.fit(values, text)
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
