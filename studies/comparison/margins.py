"""How often meddx calls a system not inferior that is worse by exactly the margin: a section of docs/comparison.md.

Used by studies.comparison. What a system gives is normal, correlated .6 between the two systems.
"""

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from meddx.evaluate.delong import area
from meddx.evaluate.minima import FEWEST_FOR_VERDICT
from meddx.evaluate.paired.difference import PairedDifference, PairedTest
from meddx.evaluate.paired.mcnemar import proportion_difference
from meddx.evaluate.paired.non_inferiority import non_inferiority
from meddx.evaluate.paired.paired_delong import area_difference

LEVELS = (0.90, 0.95, 0.98, 0.99, 0.995)
MARGIN = 0.02
SHARED = 0.6
WANTED = (0.015, 0.035)
Array = NDArray[np.float64]
Scores = tuple[Array, Array]


@dataclass(frozen=True)
class Design:
    """cases: in a set; sizes: fewest and most images of a patient; wider: standard deviation of those with the label.

    skips: the two say the same but of some cases with the label, which one of them does not see at all.
    """

    title: str
    cases: int
    prevalence: float
    sizes: tuple[int, int] = (1, 1)
    wider: float = 1.0
    skips: bool = False


DESIGNS = (
    Design("200 cases, 30 % with the label", 200, 0.3),
    Design("500 cases, 10 % with the label", 500, 0.1),
    Design("500 images, one to four a patient, 30 % with the label", 500, 0.3, (1, 4)),
    Design("500 images, five a patient, 50 % with the label", 500, 0.5, (5, 5)),
    Design("200 cases, 30 % with the label, whose results vary 1.5 times as much", 200, 0.3, wider=1.5),
    Design("200 cases, 30 % with the label; one system skips some of them and is else the same", 200, 0.3, skips=True),
)


def drawn(design: Design, apart: tuple[float, float], skipped: float, seed: list[int]) -> tuple[Scores, Array, Array]:
    """Return scores of the worse and the better system, truth, and patients, each (n,). apart: of the two kinds."""
    generator = np.random.default_rng(seed)
    n = design.cases
    sizes = generator.integers(design.sizes[0], design.sizes[1] + 1, n)
    patients = np.repeat(np.arange(n), sizes)[:n]
    related = design.sizes[1] > 1
    of_patient, of_case = (generator.random(n) < design.prevalence for _ in range(2))
    true = np.where(related & (generator.random(n) < 0.8), of_patient[patients], of_case)

    def noise() -> Array:
        own = generator.standard_normal(n)
        return (generator.standard_normal(n)[patients] + own) * 0.5**0.5 if related else own

    seen = noise()
    if design.skips:
        better = seen + apart[1] * true
        worse = np.where(true & (generator.random(n) < skipped), generator.standard_normal(n), better)
        return (worse, better), true, patients
    scale = np.where(true, design.wider, 1.0)
    worse, better = ((SHARED**0.5 * seen + (1 - SHARED) ** 0.5 * noise()) * scale + one * true for one in apart)
    return (worse, better), true, patients


def shown(metric: str, design: Design, level: float, repeats: int) -> tuple[int, int]:
    """Return how often non-inferiority is shown at the margin, and of how many sets that allow a verdict."""
    both = (level - MARGIN, level)
    if metric == "auroc":
        worse, better = ((1 + design.wider**2) ** 0.5 * norm.ppf(one) for one in both)
    else:
        worse, better = (2 * norm.ppf(one) for one in both)  # called where both kinds are equally likely
    hits = made = 0
    for at in range(repeats):
        seed = [at, int(level * 1000), design.cases, round(100 * design.prevalence), metric == "auroc"]
        scores, true, patients = drawn(design, (worse, better), MARGIN / (level - 0.5), seed)
        kinds = [len(np.unique(patients[true == kind])) for kind in (True, False)]
        if metric == "auroc":
            areas = [area(one, true, patients) for one in scores]
            found: PairedTest = area_difference(areas[0], areas[1], patients)
        else:
            right = [(one >= apart / 2) == true for one, apart in zip(scores, (worse, better), strict=True)]
            found = proportion_difference(right[0], right[1], patients)
        difference = PairedDifference("a", "b", metric, None, **found._asdict(), fewest=min(kinds))
        verdict = non_inferiority(difference, MARGIN)[0]
        made += verdict.assessable
        hits += verdict.shown
    return hits, made


def section(pool: Executor, repeats: int) -> Iterator[str]:
    """Return the lines of the document."""
    error = 100 * (0.025 * 0.975 / repeats) ** 0.5
    yield "## Non-inferiority at the margin\n"
    yield INTRODUCTION.format(FEWEST_FOR_VERDICT, repeats, error)
    for metric, title in (("auroc", "AUROC of the better system"), ("accuracy", "Accuracy of the better system")):
        designs = [one for one in DESIGNS if metric == "auroc" or not (one.skips or one.wider > 1)]
        yield f"| {title} | " + " | ".join(f"{level:g}" for level in LEVELS) + " |"
        yield "|---|" + "---|" * len(LEVELS)
        tasks = [(design, level) for design in designs for level in LEVELS]
        found = dict(zip(tasks, pool.map(partial(_of_task, metric, repeats), tasks), strict=True))
        for design in designs:
            yield f"| {design.title} | " + " | ".join(_cell(*found[design, level]) for level in LEVELS) + " |"
        yield ""


def _of_task(metric: str, repeats: int, task: tuple[Design, float]) -> tuple[int, int]:
    return shown(metric, *task, repeats)


def _cell(hits: int, made: int) -> str:
    if not made:
        return ""
    share = hits / made
    return f"{100 * share:.1f}" if WANTED[0] <= share <= WANTED[1] else f"**{100 * share:.1f}**"


INTRODUCTION = """One system is worse than the other by exactly the margin, .02: how often, in percent, the 95 %
interval says that it is not inferior. It should be 2.5. Sets with fewer than {0} patients of either kind get no
verdict and are left out. Each number is of {1} sets: chance alone moves it by {2:.2f} (one standard error). **Bold**:
outside 1.5 to 3.5. Below it the verdict asks for more than it must.

Three numbers of AUROC lie outside, and no interval that was tried brings them in without taking others out. Where 50
patients with the label stand against 450 without and AUROC is near 1, a few patients who are rarely drawn make most of
the variance: sets that lack them look better and surer than they are, and nothing in them tells. Where one system skips
cases, two or three patients make the whole difference. Tried on 1500 sets or more a row, for the three that lie outside
(500 cases at .995, 200 at .98, skips at .99): Newcombe's method 5 for the areas (2006, Stat Med 25:559) 0.0, 0.3 and
0.0; the larger of DeLong's and the binormal model's variance 0.4, 0.6 and 2.0, and 0.2 for 200 cases at .995; limits
corrected for skewness on the logit scale (Cornish-Fisher; Hall 1992, J R Stat Soc B 54:221) 5.3, 2.5 and 5.4; both
together 2.9, 2.1 and 5.1, but 6.1 for skips at .9 and 4.9 for results that vary more at .995. So the interval stays.
"""
