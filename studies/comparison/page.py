"""How often the tests of meddx.evaluate.paired see a difference where there is none; prints docs/comparison.md.

    python -m studies.comparison.page [--repeats N] [--resampled N] [--margins N] [--processes N] > docs/comparison.md
    # needs neither data nor GPU

Two systems are equally good by construction: the result of each is normal with variance 1 in both kinds of case and
1.8 apart (AUROC .898), correlated .6 between the two; the probabilities are right, or one and a half times too sure on
the logit scale, in both alike. Each set has 200 cases drawn at random, and each system is called where both kinds of
case are equally likely. With related cases, patients have one to four images, or five, which share their label four
times in five beyond chance and half of the variance, also of what is each system's own.
Of three labels that exclude each other one is true in each case; systems give their odds.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from textwrap import fill

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, softmax

from meddx.evaluate.delong import area
from meddx.evaluate.paired.holm import holm_adjusted
from meddx.evaluate.paired.mcnemar import mcnemar, proportion_difference
from meddx.evaluate.paired.paired_delong import area_difference
from meddx.evaluate.paired.paired_means import mean_difference
from meddx.evaluate.paired.pairwise_metrics import Pair
from meddx.evaluate.paired.resamples import Resamples
from meddx.evaluate.paired.system import System, system_of_file
from meddx.evaluate.predictions import Predictions
from studies.comparison import group_tests, margins

N = 200
APART = 1.8
SHARED = 0.6
RESAMPLES = 500
LEVEL = 0.05
WANTED = (0.04, 0.06)
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """sizes: fewest and most images of a patient; labels: 1, or 3 that exclude each other."""

    title: str
    prevalence: float
    sizes: tuple[int, int] = (1, 1)
    sureness: float = 1.0
    labels: int = 1

    @property
    def related(self) -> bool:
        """Whether patients repeat."""
        return self.sizes[1] > 1


DESIGNS = (
    Design("One image a patient, 30 % with the label", 0.3),
    Design("One image a patient, 10 % with the label, too sure", 0.1, sureness=1.5),
    Design("One to four images a patient, 30 % with the label", 0.3, (1, 4)),
    Design("Five images a patient, 50 % with the label, too sure", 0.5, (5, 5), 1.5),
    Design("Three labels, one image a patient", 1 / 3, labels=3),
    Design("Three labels, one to four images a patient", 1 / 3, (1, 4), labels=3),
)


class Drawn:
    """One test set: who is whose, and what is true. noise(): (N,) of variance 1, alike within a patient."""

    def __init__(self, design: Design, generator: np.random.Generator) -> None:
        """Draw patients and truth."""
        self.design, self.generator = design, generator
        sizes = generator.integers(design.sizes[0], design.sizes[1] + 1, N)
        self.patients = np.repeat(np.arange(N), sizes)[:N]
        kinds = max(design.labels, 2)
        chances = [1 - design.prevalence, design.prevalence] if design.labels == 1 else [1 / 3] * 3
        of_patient, of_case = (generator.choice(kinds, N, p=chances) for _ in range(2))
        same = design.related & (generator.random(N) < 0.8)
        self.truth = np.where(same, of_patient[self.patients], of_case)

    def noise(self) -> Array:
        """See above."""
        own = self.generator.standard_normal(N)
        if not self.design.related:
            return own
        return np.asarray((self.generator.standard_normal(N)[self.patients] + own) * 0.5**0.5)

    def systems(self, *apart: float) -> list[System]:
        """Systems whose results lie so far apart, correlated by what all of them see."""
        seen = [self.noise() for _ in range(self.design.labels)]
        return [self._system(f"system {at}", one, seen) for at, one in enumerate(apart)]

    def _system(self, name: str, apart: float, seen: list[Array]) -> System:
        design = self.design
        noise = [SHARED**0.5 * one + (1 - SHARED) ** 0.5 * self.noise() for one in seen]
        if design.labels == 1:
            result = apart * (self.truth == 1) + noise[0]
            prior = logit(design.prevalence)
            p = expit(design.sureness * (apart * result - apart**2 / 2 + prior))[:, None]
            targets, threshold = (self.truth == 1)[:, None], float(expit(design.sureness * prior))
        else:
            targets = self.truth[:, None] == np.arange(design.labels)
            p = softmax(apart * (apart * targets + np.stack(noise, axis=1)), axis=1)
            threshold = 1 / design.labels
        names, cases = tuple(f"label {at}" for at in range(p.shape[1])), tuple(map(str, range(N)))
        logits = np.zeros(p.shape, np.float32)
        known = Predictions(names, cases, tuple(map(str, self.patients.tolist())), targets, logits, p)
        return system_of_file(name, known, (threshold,) * p.shape[1], exclusive=design.labels > 1)


def p_values(design: Design, generator: np.random.Generator, resampling: bool) -> dict[str, float]:
    """Of the tests on one set that resample, or of those that do not, by what they are of; NaN where there is none."""
    drawn = Drawn(design, generator)
    one, other, third = drawn.systems(APART, APART, APART)
    drawn_again = Resamples(one.predictions.patients, RESAMPLES if resampling else 2, int(generator.integers(1 << 30)))
    pair = Pair(one, other, drawn_again)
    overall = design.labels > 1
    differences = pair.overall() if overall else [*pair.of_label(0), pair.at_specificity(0, 0.9)]
    found = {one.metric: one.p for one in differences if ("times" in one.test or "resamples" in one.test) == resampling}
    if resampling:
        return found
    right = [_right(system) for system in (one, other)]
    found |= _mcnemar("accuracy", *right, drawn.patients)
    if not overall:
        positive = one.predictions.targets[:, 0]
        found |= _mcnemar("recall", *(of[positive] for of in right), drawn.patients[positive])
        areas = [_areas(system, drawn.patients) for system in (one, other, third)]
        pairs = [area_difference(areas[a], areas[b], drawn.patients).p for a, b in ((0, 1), (0, 2), (1, 2))]
        found["auroc of three systems, any of three pairs after Holm"] = min(holm_adjusted(pairs))
    if design.related:
        found |= _ignoring(pair, right)
    return found


def _right(system: System) -> NDArray[np.bool_]:
    predictions = system.predictions
    if not system.exclusive:
        return np.asarray((system.calls == predictions.targets)[:, 0])
    return np.asarray(predictions.targets[np.arange(N), predictions.probabilities.argmax(axis=1)])


def _mcnemar(name: str, a: NDArray[np.bool_], b: NDArray[np.bool_], patients: NDArray[np.int64]) -> dict[str, float]:
    tested = mcnemar(a, b, patients)
    return {f"{name}, McNemar exact": tested.exact, f"{name}, McNemar mid-p": tested.mid}


def _areas(system: System, patients: NDArray[np.int64]):  # noqa: ANN202
    return area(system.predictions.probabilities[:, 0], system.predictions.targets[:, 0], patients)


def _ignoring(pair: Pair, right: list[NDArray[np.bool_]]) -> dict[str, float]:
    """What the tests would say were every image a patient of its own."""
    alone = np.arange(N)
    found = {"accuracy, patients ignored": proportion_difference(right[0], right[1], alone).p}
    squares = [((system.predictions.probabilities - pair.targets) ** 2).sum(axis=1) for system in pair.both]
    found["brier, patients ignored"] = mean_difference(squares[0], squares[1], alone).p
    if len(pair.both[0].labels) == 1:
        areas = [_areas(system, alone) for system in pair.both]
        found["auroc, patients ignored"] = area_difference(areas[0], areas[1], alone).p
    return found


def rejected(task: tuple[Design, int, int, bool]) -> dict[str, tuple[int, int]]:
    """Of so many sets from this seed on: how often each test said p < .05, and how often it could be made."""
    design, seed, repeats, resampling = task
    counts: dict[str, tuple[int, int]] = {}
    for at in range(repeats):
        for name, p in p_values(design, np.random.default_rng([seed, at]), resampling).items():
            hits, made = counts.get(name, (0, 0))
            counts[name] = (hits + int(p < LEVEL), made + int(np.isfinite(p)))
    return counts


def main() -> None:
    """Print the document."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repeats", type=int, default=4000)
    parser.add_argument("--resampled", type=int, default=1000, help="repeats of what resamples, which takes longer")
    parser.add_argument("--margins", type=int, default=4000, help="repeats at the margin; a third of them of groups")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    pieces = arguments.processes * 2
    tasks = [
        (design, 100 * at + piece, repeats // pieces, resampling)
        for repeats, resampling in ((arguments.repeats, False), (arguments.resampled, True))
        for at, design in enumerate(DESIGNS)
        for piece in range(pieces)
    ]
    counts: dict[str, dict[str, tuple[int, int]]] = {design.title: {} for design in DESIGNS}
    with ProcessPoolExecutor(arguments.processes) as pool:
        for (design, *_), found in zip(tasks, pool.map(rejected, tasks), strict=True):
            of = counts[design.title]
            for name, (hits, made) in found.items():
                before = of.get(name, (0, 0))
                of[name] = (before[0] + hits, before[1] + made)
    print("\n".join(_document(counts, arguments)))
    with ProcessPoolExecutor(arguments.processes) as pool:
        print("\n".join(margins.section(pool, arguments.margins)))
        print("\n".join(group_tests.section(pool, arguments.margins // 3)))


def _document(counts: dict[str, dict[str, tuple[int, int]]], asked: argparse.Namespace) -> Iterator[str]:
    repeats, resampled_sets = asked.repeats, asked.resampled
    yield "# How far the tests of a comparison can be believed\n"
    yield (__doc__ or "").split("\n\n", 2)[2].strip() + "\n"
    errors = _error(repeats), _error(resampled_sets)
    yield fill(HOW.format(repeats, resampled_sets, *errors, RESAMPLES, asked.margins), 120) + "\n"
    yield METHODS
    of_one = [design for design in DESIGNS if design.labels == 1]
    of_three = [design for design in DESIGNS if design.labels > 1]
    for title, designs in (("One label", of_one), ("Over three labels", of_three)):
        names = list(dict.fromkeys(name for design in designs for name in counts[design.title]))
        yield f"## {title}\n"
        yield "| p-value of | " + " | ".join(design.title for design in designs) + " |"
        yield "|---|" + "---|" * len(designs)
        for name in names:
            cells = [_cell(*counts[design.title].get(name, (0, 0))) for design in designs]
            fewer = max(counts[design.title].get(name, (0, 0))[1] for design in designs) <= resampled_sets
            yield f"| {name}{'*' if fewer else ''} | " + " | ".join(cells) + " |"
        yield ""


HOW = (
    "Made by `python -m studies.comparison.page --repeats {0} --resampled {1} --margins {5}`. Each number is the "
    "share, in percent, of pairs of equally good systems of which a test says p < .05. It should be 5. Of tests that "
    "do not resample it is of {0} pairs: chance alone moves it by {2:.2f} either way (one standard error). "
    "Of bootstrap and swaps, marked *, it is of {1} pairs with {4} resamples each, where the page takes 1000: "
    "chance moves it by {3:.2f}. **Bold**: outside 4 to 6."
)


def _error(sets: int) -> float:
    """Standard error of a share of 5 %, in percent."""
    return float(100 * (LEVEL * (1 - LEVEL) / sets) ** 0.5)


def _cell(hits: int, made: int) -> str:
    if not made:
        return ""
    share = hits / made
    return f"{100 * share:.1f}" if WANTED[0] <= share <= WANTED[1] else f"**{100 * share:.1f}**"


METHODS = """## Tests

- AUROC: DeLong's paired test, with Obuchowski's variance over patients where they repeat.
- Accuracy, sensitivity (recall) and specificity of one label: McNemar's test on each system's own calls, mid-p, but
  exact where fewer than ten patients are discordant; where patients repeat, each is turned as a whole.
- Brier score, log loss: paired t on what each case (patient) adds.
- Expected calibration error: what the two say of a case (patient) is swapped at random.
- All others: paired bootstrap over cases (patients), Student's t with its standard error; its freedom is that of the
  patients of whom the two systems do not say the same, where the metric counts calls.
- Holm's correction.

Intervals of differences: Tango's score interval of proportions. Of AUROC, and of proportions where patients repeat, the
wider at each end of two: the systems' own intervals combined with their correlation (MOVER), which hold near 1, and
Student's t on the difference, with the freedom of the patients who make it. Of all others the test's.

"Patients ignored": the same test as if each image were a patient of its own. No page or command reports it.
"""


if __name__ == "__main__":
    main()
