"""What cross-validation of a model's recipe gave, beside its held-out test set, as a table of Markdown.

models/<id>/folds.json is what `python -m meddx train configs/<id>.toml --folds 5 --json` prints.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from meddx.evaluate import metric_registry
from meddx.model.registry import InstalledModel

FOLDS_FILE = "folds.json"
METRICS = ("auroc", "accuracy")

INTRODUCTION = """## Cross-validation

Each recipe trained anew on the images that are not held out for testing, each time without another part of their
patients (`python -m meddx train RECIPE --folds 5`); every fold also holds out patients to stop by. The mean over folds
with its 95 % interval (what other patients of the same kind would change, not what another training would), standard
deviation, lowest and highest. The last column is the model that is shipped, on the patients held out for it.
"""


def folds_table(models: Iterable[InstalledModel]) -> list[str]:
    """Return the section, a row for each model and metric; no lines where no model has been cross-validated."""
    rows = [row for model in models if (model.folder / FOLDS_FILE).is_file() for row in _rows(model)]
    if not rows:
        return []
    head = [
        "| model | folds, images | metric | mean | deviation | lowest to highest | held-out test set |",
        "|---" * 7 + "|",
    ]
    return [INTRODUCTION, *head, *rows, ""]


def mean_over_folds(folder: Path, metric: str) -> float | None:
    """Return the mean of a metric over labels; None where the model has not been cross-validated."""
    file = folder / FOLDS_FILE
    return float(_read(file)["metrics"][metric]["mean"]) if file.is_file() else None


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _rows(model: InstalledModel) -> Iterable[str]:
    found = _read(model.folder / FOLDS_FILE)
    for name in METRICS:
        one, metric = found["metrics"][name], metric_registry.row(name)
        tested = next(m for m in model.card.metrics if (m.set, m.label, m.name) == ("test", None, name))
        yield (
            f"| `{model.card.id}` | {found['folds']}, {sum(found['n'])} | {metric.short} "
            f"| {metric.text(one['mean'])} ({metric.span(one['low'], one['high'])}) | {metric.text(one['sd'])} "
            f"| {metric.span(one['min'], one['max'])} "
            f"| {metric.text(tested.value)} ({metric.span(tested.low, tested.high)}) |"
        )
