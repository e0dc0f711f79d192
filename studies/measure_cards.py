"""Measure the recorded predictions of every model in models/ anew, earlier versions too, and write it into the cards.

python -m studies.measure_cards [--check]

Nothing else in a card changes, and no weights are needed. --check: say which cards would change, and write none.
"""

import argparse
import sys
from pathlib import Path

from meddx.config import ROOT
from meddx.evaluate.card_metrics import measure, measure_comparison, stated
from meddx.evaluate.predictions import read_predictions
from meddx.install.card_file import CARD_FILE, write_card
from meddx.model.card import Card, CardMetric, read_card
from meddx.training.recipe import read_recipe

SETS = ("test", "validation")


def measured(card: Card, folder: Path) -> tuple[CardMetric, ...]:
    """Return what the card in `folder` states of its recorded predictions, with the comparisons of its recipe."""
    comparisons = read_recipe(ROOT / card.training.config).comparisons
    thresholds = {label.name: label.threshold for label in card.labels}
    predictions = {name: read_predictions(folder / f"predictions-{name}.parquet") for name in SETS}
    metrics: list[CardMetric] = []
    for name, cases in predictions.items():
        numbers = measure(
            cases, [thresholds[label] for label in cases.labels], card.task == "exclusive", card.orders(cases.labels)
        )
        for comparison in comparisons:
            numbers += measure_comparison(comparison, predictions["validation"], cases)
        metrics += stated(numbers, name)
    return tuple(metrics)


def main() -> int:
    """Write the cards; 1 where --check finds one that would change."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a card would change")
    arguments = parser.parse_args()
    changed = 0
    models = ROOT / "models"
    for path in sorted([*models.glob(f"*/{CARD_FILE}"), *models.glob(f"*/versions/*/{CARD_FILE}")]):
        card = read_card(path)
        metrics = measured(card, path.parent)
        if metrics == card.metrics:
            continue
        changed += 1
        print(f"{card.id} {card.version}: {len(metrics)} numbers")
        if not arguments.check:
            write_card(path.parent, card.model_copy(update={"metrics": metrics}))
    return 1 if arguments.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
