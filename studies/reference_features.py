"""Write features.parquet anew into the folders of models, and reference_cases.parquet where there is none.

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
    from meddx.evaluate.ood_detector import FEATURES_FILE, write_ood_detector
    from meddx.evaluate.predictions import read_predictions
    from meddx.evaluate.reference_cases import REFERENCE_CASES_FILE
    from meddx.install.calibration import VALIDATION_FILE
    from meddx.install.ood_reference import build_ood_reference
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
        loaded = load_model(model.folder)
        if (model.folder / REFERENCE_CASES_FILE).exists():
            detector = build_ood_reference(loaded, sets.train, sets.validation, report=StderrReport())
            write_ood_detector(model.folder / FEATURES_FILE, detector, model.card.weights.sha256)
        else:
            detector = write_features(
                loaded,
                sets.train,
                sets.validation,
                recorded=recorded,
                card=model.card,
                folder=model.folder,
                report=StderrReport(),
            )
        if detector is not None:
            print(f"{name}: {detector.means.shape[1]} features of {detector.layer}, threshold {detector.threshold:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
