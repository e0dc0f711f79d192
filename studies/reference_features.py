"""Write features.parquet and reference_cases.parquet into the folders of models that were trained before training did.

    python -m studies.reference_features MODEL_ID...

Needs the models' data sets (MEDDX_DATA); no GPU. Generates no page.
"""

import sys

from meddx.config import ROOT, models_dir
from meddx.model.registry import find_model
from meddx.model.tensorflow_startup import start_tensorflow


def main(names: list[str]) -> None:
    """Each model's training and validation images, as its recipe names them, through its weights."""
    start_tensorflow()
    from meddx.evaluate.predictions import read_predictions
    from meddx.install.calibration import VALIDATION_FILE
    from meddx.install.progress_report import StderrReport
    from meddx.install.reference_features import write_features
    from meddx.model.loading import load_model
    from meddx.training.recipe import read_recipe

    for name in names:
        model = find_model(models_dir(), name)
        recipe_path = ROOT / model.card.training.config
        sets = read_recipe(recipe_path).sets(recipe_path.parent)
        recorded = read_predictions(model.folder / VALIDATION_FILE)
        if list(recorded.cases) != sets.validation.ids:
            raise SystemExit(f"{name}: the recorded predictions are not of the recipe's validation images.")
        found = write_features(
            load_model(model.folder),
            sets.train,
            sets.validation,
            recorded=recorded,
            card=model.card,
            folder=model.folder,
            report=StderrReport(),
        )
        print(f"{name}: {found.means.shape[1]} features of {found.layer}, threshold {found.threshold:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
