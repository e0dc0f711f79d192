"""Files of scores of the same sixty cases, written in different ways."""

import numpy as np
from sklearn.metrics import roc_auc_score

from meddx.evaluate.external_predictions import Reading, read

N = 60
_RANDOM = np.random.default_rng(3)
ILL = _RANDOM.random(N) < 0.4
P = np.round(np.clip(_RANDOM.normal(0.35 + 0.3 * ILL, 0.2), 0.001, 0.999), 4)
AUROC = roc_auc_score(ILL, P)
CASES = [f"{index:04d}" for index in range(N)]
NAMES = ["pneumonia" if ill else "normal" for ill in ILL]


def lines(header, row, delimiter=","):
    """The text of a table. row: number of the case -> its values."""
    rows = [header, *(row(index) for index in range(N))]
    return "\n".join(delimiter.join(map(str, one)) for one in rows) + "\n"


def two_columns(**words):
    """case, label and a probability of either class. words: what to write for a column's name."""
    header = [words.get(name, name) for name in ("case", "label", "normal", "pneumonia")]
    return lines(header, lambda i: (CASES[i], NAMES[i], f"{1 - P[i]:.4f}", f"{P[i]:.4f}"))


def written(folder, content, name="scores.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read_text(folder, content, **options):
    return read(written(folder, content), Reading(**options))


def area(found, label="pneumonia"):
    """AUROC of one label of what was read."""
    column = found.predictions.labels.index(label)
    targets, scores = found.predictions.targets[:, column], found.predictions.probabilities[:, column]
    return float(roc_auc_score(targets, scores))
