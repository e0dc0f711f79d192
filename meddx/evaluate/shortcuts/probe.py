"""How far a model's answer moves with each intervention beyond its control, and the verdict on it."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.intervals import Z
from meddx.evaluate.shortcuts.interventions import INTERVENTIONS, Intervention
from meddx.imaging.prepare import InputSpec
from meddx.types import Placement

SHORTCUTS_FILE = "shortcuts.csv"
"""Its name in a model folder."""
ACCUSED_FROM = 0.25
"""Spreads by which the answer must move beyond its control, at the lower end of the interval. Chosen on twelve phantom
models of which six had a planted marker (docs/shortcuts.md)."""
CHUNK = 32

Ask = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Network inputs (n, height, width, channels) -> logits (n, labels)."""


@dataclass(frozen=True)
class Row:
    """One intervention and the label that it moves most.

    moved, control: mean absolute change of the label's log-odds with the intervention and with its control, in spreads:
    standard deviations of the log-odds over the films. excess: moved less control, with its 95 % interval over films
    (patients where they repeat); n: films.
    """

    kind: str
    what: str
    label: str
    moved: float
    control: float
    excess: float
    low: float
    high: float
    n: int

    @property
    def accused(self) -> bool:
        """Whether the answer follows what it should not."""
        return self.low > ACCUSED_FROM


@dataclass(frozen=True)
class Films:
    """Network inputs of a set, with what the probe must know of each.

    inputs: float32 (n, height, width, channels); placements, groups, labels: (n,) where each film lies in its input,
    its patient, and its true labels.
    """

    inputs: NDArray[np.float32]
    placements: Sequence[Placement]
    groups: Sequence[str]
    labels: Sequence[tuple[str, ...]]


def probe(
    ask: Ask,
    films: Films,
    spec: InputSpec,
    names: Sequence[str],
    *,
    exclusive: bool,
    seed: int = 0,
    done: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """Every intervention on every film. names: the labels in the order of the outputs; done: (interventions, of all).

    A film is changed where it lies, not in its padding. Swaps take the part from a film of another label, where there
    is one. Chance depends on the seed only.
    """
    before = log_odds(_asked(ask, films.inputs), exclusive)
    spread = before.std(axis=0)
    spread[spread == 0] = np.inf  # an answer that never moves is moved by nothing
    generator = np.random.default_rng(seed)
    others = _others(films.labels, generator)
    rows = []
    for number, intervention in enumerate(INTERVENTIONS):
        done(number, len(INTERVENTIONS))
        changed, controls = np.empty_like(films.inputs), np.empty_like(films.inputs)
        for index in range(len(films.inputs)):
            film, other = (_shown(films, one, spec) for one in (index, others[index]))
            if other.shape != film.shape:
                other = film
            for target, shown in zip((changed, controls), intervention.apply(film, other, generator), strict=True):
                target[index] = films.inputs[index]
                target[index][_place(films.placements[index], spec)] = shown * (spec.high - spec.low) + spec.low
        moved, control = (
            np.abs(log_odds(_asked(ask, inputs), exclusive) - before) / spread for inputs in (changed, controls)
        )
        most = int((moved - control).mean(axis=0).argmax())
        rows.append(_row(intervention, names[most], moved[:, most], control[:, most], films.groups))
    done(len(INTERVENTIONS), len(INTERVENTIONS))
    return rows


def log_odds(logits: NDArray[np.floating], exclusive: bool) -> NDArray[np.float64]:
    """(n, labels): each label's logit against all others together, or the logit itself where labels are independent."""
    wide = logits.astype(np.float64)
    if not exclusive:
        return wide
    columns = range(wide.shape[1])
    return np.stack([wide[:, one] - np.logaddexp.reduce(np.delete(wide, one, axis=1), axis=1) for one in columns], 1)


def write_shortcuts(path: Path, rows: Sequence[Row]) -> None:
    """One line a row, with the fields of Row as columns; measurements with four decimals."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        table.writeheader()
        for row in rows:
            values = asdict(row).items()
            table.writerow({name: f"{value:.4f}" if isinstance(value, float) else value for name, value in values})


def read_shortcuts(path: Path) -> list[Row]:
    """Rows as write_shortcuts left them. Raises Refused for a file of another shape."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [
                Row(
                    kind=row["kind"],
                    what=row["what"],
                    label=row["label"],
                    moved=float(row["moved"]),
                    control=float(row["control"]),
                    excess=float(row["excess"]),
                    low=float(row["low"]),
                    high=float(row["high"]),
                    n=int(row["n"]),
                )
                for row in csv.DictReader(file)
            ]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise Refused("not-shortcuts", f"{path} is no table of `meddx shortcuts`; run the command again.") from error


def _row(
    intervention: Intervention,
    label: str,
    moved: NDArray[np.float64],
    control: NDArray[np.float64],
    groups: Sequence[str],
) -> Row:
    differences = moved - control
    excess = float(differences.mean())
    _, patient = np.unique(np.asarray(groups), return_inverse=True)
    by_patient = np.bincount(patient, differences - excess)
    many = len(by_patient)
    # The mean's variance with patients as the units that were drawn.
    error = float(np.sqrt((by_patient**2).sum() * many / max(many - 1, 1)) / len(differences))
    return Row(
        kind=intervention.kind,
        what=intervention.what,
        label=label,
        moved=float(moved.mean()),
        control=float(control.mean()),
        excess=excess,
        low=excess - Z * error,
        high=excess + Z * error,
        n=len(differences),
    )


def _others(labels: Sequence[tuple[str, ...]], generator: np.random.Generator) -> list[int]:
    """For each film, another with other labels, at random; any other where all are labelled alike."""
    chosen = []
    for index, own in enumerate(labels):
        different = [other for other, theirs in enumerate(labels) if theirs != own]
        alike = [other for other in range(len(labels)) if other != index]
        chosen.append(int(generator.choice(different or alike or [index])))
    return chosen


def _asked(ask: Ask, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([ask(inputs[start : start + CHUNK]) for start in range(0, len(inputs), CHUNK)])


def _place(placement: Placement, spec: InputSpec) -> tuple[slice, slice]:
    rows = slice(round(placement.top * spec.height), round(placement.bottom * spec.height))
    return rows, slice(round(placement.left * spec.width), round(placement.right * spec.width))


def _shown(films: Films, index: int, spec: InputSpec) -> NDArray[np.float32]:
    part = films.inputs[index][_place(films.placements[index], spec)]
    shown: NDArray[np.float32] = np.clip((part - spec.low) / (spec.high - spec.low), 0, 1, dtype=np.float32)
    return shown
