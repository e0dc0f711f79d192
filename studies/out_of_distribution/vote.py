"""Print how good the nearest labelled cases are as a vote: the last section of docs/out-of-distribution.md.

    python -m studies.out_of_distribution.vote

Needs the models' data sets (MEDDX_DATA); no GPU. Not timed.
"""

import keras
import numpy as np
from sklearn.metrics import roc_auc_score

from meddx.config import ROOT, models_dir
from meddx.errors import Refused
from meddx.evaluate.intervals import wilson
from meddx.evaluate.predictions import read_predictions
from meddx.evaluate.reference_cases import REFERENCE_CASES_FILE, read_reference_cases
from meddx.evaluate.sets.recipe_sets import recipe_sets
from meddx.model.loading import load_model
from meddx.model.registry import InstalledModel, list_models
from meddx.model.tensorflow_startup import start_tensorflow
from meddx.training.cached_inputs import in_chunks


def vote(model: InstalledModel) -> str:
    """One row: the majority of the nearest cases, and the network itself, on the test set."""
    card = model.card
    references = read_reference_cases(model.folder / REFERENCE_CASES_FILE, card.weights.sha256)
    test = recipe_sets(ROOT / card.training.config).test
    network = load_model(model.folder).network
    mean = keras.layers.GlobalAveragePooling2D()(network.get_layer(references.layer).output)
    pooled = keras.Model(network.inputs[0], mean)
    features = np.concatenate([pooled.predict_on_batch(chunk) for chunk in in_chunks(test, card.input)])
    rows, _ = references.rows(features)
    names = [label.name for label in card.labels]
    votes = np.array([[name in labels for name in names] for labels in references.labels])[rows].mean(axis=1)
    said, truth = read_predictions(model.folder / "predictions-test.parquet").probabilities, test.targets()
    cells = []
    for scores in (votes, said):
        exclusive = scores.argmax(axis=1) == truth.argmax(axis=1)
        right = exclusive if card.task == "exclusive" else (scores >= 0.5) == truth
        share = wilson(int(right.sum()), right.size)
        cells.append(f"{share.value:.3f} [{share.low:.3f}, {share.high:.3f}]")
        cells.append(f"{np.mean([roc_auc_score(truth[:, one], scores[:, one]) for one in range(len(names))]):.3f}")
    return f"| `{card.id}` | {len(references.cases)} | {len(test)} | {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    start_tensorflow()
    print("| model | cases | test images | accuracy of the vote | AUROC | accuracy of the network | AUROC |")
    print("|---|---|---|---|---|---|---|")
    for model in list_models(models_dir()).models:
        if (model.folder / REFERENCE_CASES_FILE).exists():
            try:
                print(vote(model), flush=True)
            except Refused as refused:
                print(f"| `{model.card.id}` | its images are not here: {refused.rule} | | | | | |")


if __name__ == "__main__":
    main()
