"""How often groups of cases are found to differ, by permutation and by Cochran's Q: a section of docs/comparison.md.

Used by studies.comparison.
"""

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import chi2, norm

from meddx.evaluate.assessment import assess
from meddx.evaluate.grouped_metrics import grouped_metric
from meddx.evaluate.heterogeneity import heterogeneity
from meddx.evaluate.predictions import Predictions

ILL = 0.3
LEVEL = 0.05
PERMUTED = 199


@dataclass(frozen=True)
class Design:
    """sizes: cases in each group; values: the metric in each."""

    metric: str
    sizes: tuple[int, ...]
    values: tuple[float, ...]

    @property
    def alike(self) -> bool:
        """Whether the groups are."""
        return len(set(self.values)) == 1


DESIGNS = (
    Design("auroc", (200, 300, 400), (0.90, 0.90, 0.90)),
    Design("auroc", (200, 300, 400), (0.99, 0.99, 0.99)),
    Design("auroc", (150, 150), (0.995, 0.995)),
    Design("recall", (200, 300, 400), (0.95, 0.95, 0.95)),
    Design("recall", (300, 600), (0.98, 0.98)),
    Design("auroc", (200, 200), (0.95, 0.85)),
    Design("auroc", (150, 150, 150), (0.999, 0.999, 0.97)),
    Design("auroc", (100, 100), (0.998, 0.95)),
    Design("recall", (300, 300), (0.99, 0.90)),
)


def found(design: Design, seed: int) -> tuple[float, float]:
    """Return the p-values of one set, by permutation and by Cochran's Q of the intervals; NaN where there is none."""
    generator = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(design.sizes)), design.sizes)
    ill = generator.random(len(group)) < ILL
    value = np.array(design.values)[group]
    apart = (2**0.5 if design.metric == "auroc" else 1) * norm.ppf(value)
    p = expit(generator.standard_normal(len(group)) + apart * ill)
    names = tuple(map(str, range(len(group))))
    zeros = np.zeros((len(group), 1), np.float32)
    cases = Predictions(("label",), names, names, ill[:, None], zeros, p[:, None])
    metric = grouped_metric(cases, (0.5,), False, design.metric, "label")
    permuted = heterogeneity(metric, group, cases.patients, ill.astype(np.int64), permutations=PERMUTED, seed=seed)
    numbers = [
        assess(cases.subset(np.flatnonzero(group == at)), (0.5,), False).per_label["label"][design.metric]
        for at in range(len(design.sizes))
    ]
    values = np.array([one.value for one in numbers])
    weights = np.array([(3.92 / (one.high - one.low)) ** 2 for one in numbers])
    q = float(weights @ (values - weights @ values / weights.sum()) ** 2)
    return permuted.p, float(chi2.sf(q, len(numbers) - 1))


def shares(task: tuple[Design, int]) -> tuple[float, float]:
    """Return the shares of sets of a design whose p-values are below .05."""
    design, repeats = task
    p = np.array([found(design, seed) for seed in range(repeats)])
    return tuple(float(np.mean(of[np.isfinite(of)] < LEVEL)) for of in p.T)  # type: ignore[return-value]


def section(pool: Executor, repeats: int) -> Iterator[str]:
    """Return the lines of the document."""
    tasks = [(design, repeats if design.alike else repeats // 4) for design in DESIGNS]
    error = 100 * (LEVEL * (1 - LEVEL) / repeats) ** 0.5
    yield "## Groups of cases\n"
    yield INTRODUCTION.format(repeats, error, repeats // 4)
    yield "| metric | in groups of | of | differ, by permutation | differ, by Cochran's Q |"
    yield "|---|---|---|---|---|"
    for (design, _), (permuted, q) in zip(tasks, pool.map(shares, tasks), strict=True):
        sizes = ", ".join(map(str, design.sizes))
        values = ", ".join(f"{value:g}" for value in design.values)
        yield f"| {design.metric} | {sizes} | {values} | {_cell(permuted, design)} | {_cell(q, design)} |"
    yield ""


def _cell(share: float, design: Design) -> str:
    marked = design.alike and not 0.04 <= share <= 0.06
    return f"**{100 * share:.1f}**" if marked else f"{100 * share:.1f}"


INTRODUCTION = """Subgroups are tested by dealing out the groups anew among patients (meddx.evaluate.heterogeneity), 199
times here, where the page takes 999.
How often, in percent, p < .05: where the groups are alike it should be 5, of {0} sets, where chance moves it by {1:.2f}
(**bold**: outside 4 to 6); where they differ it is the power, of {2} sets. Beside it Cochran's Q, weighted by the
intervals of the groups, which was used before.
"""
