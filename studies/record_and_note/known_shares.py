"""Print how near a fusion's shares, and what missing parts cost it, come to what is true of the phantoms it learned.

    python -m studies.record_and_note.known_shares

Needs models/phantom-fusion and the phantoms of its recipe (the first lines of configs/phantom-fusion.toml). Minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from meddx.config import models_dir
from meddx.evaluate.case_records import note_of
from meddx.evaluate.paired.paired_means import mean_interval
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.recipe_sets import recipe_path, recipe_sets
from meddx.explain.contributions import Beside, ShareOut, read_beside
from meddx.imaging.phantom.synthetic_record import LESION, WORD, known_logit
from meddx.imaging.preprocessing import model_input
from meddx.model.fused_network import FusedNetwork, Vectors
from meddx.model.loading import LoadedModel, load_model
from meddx.model.registry import find_model
from meddx.types import Contributions

PARTS = ("image", "record", "note")
DISEASE, HEALTHY = "disease", "healthy"


@dataclass(frozen=True)
class CheckedCases:
    """The test cases as the fusion answers them, in calibrated logit units of the disease.

    shares, true: (n, 3) by PARTS. own: (n, 2), the age's share of the record's and the word's share of the note's.
    asked: by which parts are known, the answer (n,); known: likewise what is true. ill, patients: (n,).
    """

    shares: NDArray[np.float64]
    true: NDArray[np.float64]
    own: NDArray[np.float64]
    asked: dict[tuple[bool, ...], NDArray[np.float64]]
    known: dict[tuple[bool, ...], NDArray[np.float64]]
    ill: NDArray[np.bool_]
    patients: NDArray[np.int64]


def checked_cases(loaded: LoadedModel, images: LabelledSet) -> CheckedCases:
    """Return what the fusion says of the images, and what is true of them."""
    fused = loaded.fused
    assert fused is not None  # the model of a recipe with fields and a note
    share_out, pooled = ShareOut(fused), _pooled(fused, images)
    besides = [
        read_beside(fused, {one.name: case.columns[one.name] for one in fused.card.fields}, note_of(case))
        for case in images.cases
    ]
    answers = [share_out(image, beside) for image, beside in zip(pooled, besides, strict=True)]
    temperature = loaded.card.calibration.temperature if loaded.card.calibration else 1.0
    columns = [case.columns for case in images.cases]
    lesions = [row[LESION] == "1" for row in columns]
    ages = [int(row["age"]) if row["age"] else None for row in columns]
    words = [WORD in row["note"].casefold().rstrip(".").split() for row in columns]
    combinations = list(product((False, True), repeat=len(PARTS)))
    return CheckedCases(
        shares=np.array([[_of_disease(one, part) for part in PARTS] for one in answers]) / temperature,
        true=np.array([[float(row[f"true_{part}"]) for part in PARTS] for row in columns]),
        own=np.array([[_of_field(one, "age"), _of_word(one)] for one in answers]) / temperature,
        asked={members: _log_odds(fused, pooled, besides, members) / temperature for members in combinations},
        known={
            (image, record, note): np.array(
                [
                    known_logit(age if record else None, word if note else None, lesion if image else None)
                    for age, word, lesion in zip(ages, words, lesions, strict=True)
                ]
            )
            for image, record, note in combinations
        },
        ill=np.array([case.labels == (DISEASE,) for case in images.cases]),
        patients=np.unique(images.groups, return_inverse=True)[1],
    )


def shares_table(found: CheckedCases) -> Iterator[str]:
    """Yield the table of shares: of all evidence what part each has, and how far a single case's share is off."""
    true, said = (np.abs(one).mean(axis=0) for one in (found.true, found.shares))
    true, said = true / true.sum(), said / said.sum()
    head = "| part | of all evidence, true | said | difference | a case's share is off by (logits) | correlation |"
    yield head
    yield "|---" * 6 + "|"
    for place, part in enumerate(PARTS):
        off = np.abs(found.shares[:, place] - found.true[:, place])
        together = np.corrcoef(found.shares[:, place], found.true[:, place])[0, 1]
        yield (
            f"| {part} | {true[place]:.3f} | {said[place]:.3f} | {said[place] - true[place]:+.3f} | "
            f"{off.mean():.2f} on average, {np.quantile(off, 0.95):.2f} in 95 % | {together:.3f} |"
        )


def cost_table(found: CheckedCases) -> Iterator[str]:
    """Yield the table of what going without parts costs: more log loss, with its interval, beside what it must cost."""
    whole = (True, True, True)
    yield "| without | log loss | truth's | costs more than with everything | truth's | the fusion's less the truth's |"
    yield "|---" * 6 + "|"
    for members in sorted(found.asked, key=sum, reverse=True):
        said, true = (_loss(one[members], found.ill) for one in (found.asked, found.known))
        costs, must = said - _loss(found.asked[whole], found.ill), true - _loss(found.known[whole], found.ill)
        name = ", ".join(part for part, there in zip(PARTS, members, strict=True) if not there) or "nothing"
        low, high, _ = mean_interval(costs - must, found.patients)
        yield (
            f"| {name} | {said.mean():.3f} | {true.mean():.3f} | {costs.mean():.3f} | {must.mean():.3f} | "
            + (f"{(costs - must).mean():+.3f} ({low:+.3f} to {high:+.3f}) |" if members != whole else "- |")
        )


def _pooled(fused: FusedNetwork, images: LabelledSet) -> Vectors:
    """Return the image's vector of each case, (n, units)."""
    import keras

    network = keras.Model(fused.by_context.inputs[0], fused.by_context.get_layer(fused.pooled_layer).output)
    inputs = np.stack([model_input(case.image(), fused.card.input)[0] for case in images.cases])
    return np.asarray(network.predict(inputs, batch_size=64, verbose=0))


def _log_odds(
    fused: FusedNetwork, pooled: Vectors, besides: list[Beside], members: tuple[bool, ...]
) -> NDArray[np.float64]:
    """Return the log odds of the disease (n,) where only some parts are known."""
    absent = {"image": np.zeros_like(pooled[:1]), **fused.absent()}
    given = {"image": pooled, **{part: np.concatenate([one.vectors[part] for one in besides]) for part in PARTS[1:]}}
    rows = [
        given[part] if there else np.repeat(absent[part], len(pooled), axis=0)
        for part, there in zip(PARTS, members, strict=True)
    ]
    logits = fused.logits(rows).astype(np.float64)
    names = [label.name for label in fused.card.labels]
    return np.asarray(logits[:, names.index(DISEASE)] - logits[:, names.index(HEALTHY)])


def _of_disease(one: Contributions, part: str) -> float:
    return one.shares[DISEASE].parts[part] - one.shares[HEALTHY].parts[part]


def _of_field(one: Contributions, name: str) -> float:
    return one.shares[DISEASE].fields[name] - one.shares[HEALTHY].fields[name]


def _of_word(one: Contributions) -> float:
    """Return the share of the word that counts, 0 where the note lacks it."""
    places = [place for place, word in enumerate(one.words) if word.casefold() == WORD]
    return sum(one.shares[DISEASE].words[place] - one.shares[HEALTHY].words[place] for place in places)


def _loss(log_odds: NDArray[np.float64], ill: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.asarray(-np.log(np.clip(expit(np.where(ill, log_odds, -log_odds)), 1e-12, 1)))


def main() -> None:
    """Print both tables."""
    model = find_model(models_dir(), "phantom-fusion")
    images = recipe_sets(recipe_path(model.card)).test
    found = checked_cases(load_model(model.folder), images)
    print(f"On {len(images)} test phantoms of {len(set(images.groups))} synthetic patients:\n")
    print("\n".join(shares_table(found)))
    of_age, of_word = np.abs(found.own).sum(axis=0) / np.abs(found.shares[:, 1:]).sum(axis=0)
    print(f"\nOf the record's share the age has {of_age:.2f}; of the note's, the word has {of_word:.2f}.\n")
    print("\n".join(cost_table(found)))


if __name__ == "__main__":
    main()
