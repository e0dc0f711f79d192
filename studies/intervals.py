"""How often the 95 % intervals of meddx.evaluate hold the truth, by simulation; prints docs/intervals.md.

    python -m studies.intervals [--repeats N] [--processes N] [--keep FOLDER] > docs/intervals.md
    # needs neither data nor GPU

Scores are those of a test whose result is normal with variance 1 in both kinds of case and 1.8 apart (AUROC .898),
turned into probabilities that are right, or one and a half times too sure on the logit scale. Called at the threshold
where the two densities are equal. The cases are drawn at random, so that how many have the label varies as well; sets
with fewer than 10 patients of a kind are left out, since the page gives no promise for them.
With related cases, patients have one to four images, which share their label four times in five beyond chance and half
of the variance of the test. Truth is what 400,000 cases give.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from itertools import product
from pathlib import Path

import numpy as np
from scipy.special import expit, logit

from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import Assessment, assess
from meddx.evaluate.minima import FEWEST
from meddx.evaluate.paired.weighted_metrics import LabelScores
from meddx.evaluate.predictions import Predictions

APART = 1.8
SIZES = (30, 100, 300, 1000, 3000)
PREVALENCES = (0.02, 0.05, 0.1, 0.3, 0.5)
ELSEWHERE = 0.1
RESAMPLES = 500
BOOTSTRAPPED = ("f1", "mcc", "precision", "average precision")
TRUTH_CASES = 400_000
DESIGNS = (
    ("One image a patient, probabilities right", False, 1.0),
    ("One image a patient, probabilities too sure", False, 1.5),
    ("One to four images a patient, probabilities too sure", True, 1.5),
)
Design = tuple[str, bool, float]
Found = dict[str, tuple[float, float]]
"""By metric: share of intervals that hold the truth, and their mean width."""


def draw(generator: np.random.Generator, n: int, prevalence: float, sureness: float, related: bool) -> Predictions:
    """A test set of n cases of one label."""
    if related:
        sizes = generator.integers(1, 5, n)
        patients = np.repeat(np.arange(n), sizes)[:n]
        of_patient = generator.random(n) < prevalence
        positive = np.where(generator.random(n) < 0.8, of_patient[patients], generator.random(n) < prevalence)
        noise = (generator.standard_normal(n)[patients] + generator.standard_normal(n)) * 0.5**0.5
    else:
        patients = np.arange(n)
        positive = generator.random(n) < prevalence
        noise = generator.standard_normal(n)
    result = APART * positive + noise
    p = expit(sureness * (APART * result - APART**2 / 2 + logit(prevalence)))
    cases, groups = tuple(map(str, range(n))), tuple(map(str, patients.tolist()))
    return Predictions(("label",), cases, groups, positive[:, None], np.zeros((n, 1), np.float32), p[:, None])


def assessed(predictions: Predictions, prevalence: float, sureness: float) -> Assessment:
    """At the threshold where both kinds are equally likely to give this result."""
    threshold = float(expit(sureness * logit(prevalence)))
    return assess(predictions, [threshold], False, prevalence=ELSEWHERE)


@cache
def true_numbers(prevalence: float, sureness: float) -> dict[str, float]:
    """By metric; images of one patient being related changes none of them."""
    whole = draw(np.random.default_rng(0), TRUTH_CASES, prevalence, sureness, False)
    return {name: one.value for name, one in assessed(whole, prevalence, sureness).per_label["label"].items()}


def coverage(task: tuple[Design, float, int, int]) -> Found | None:
    """Of one design, prevalence and size; None where fewer than half of the sets have enough of both kinds."""
    (_, related, sureness), prevalence, n, repeats = task
    if n * prevalence < FEWEST * 0.8:
        return None
    generator = np.random.default_rng([n, int(prevalence * 1000), related, int(sureness * 10)])
    truth = true_numbers(prevalence, sureness)
    held: dict[str, list[bool]] = {name: [] for name in truth}
    widths: dict[str, list[float]] = {name: [] for name in truth}
    used = 0
    for _ in range(repeats):
        for name, one in (
            assessed(draw(generator, n, prevalence, sureness, related), prevalence, sureness).per_label["label"].items()
        ):
            if one.reliable:
                held[name].append(one.low <= truth[name] <= one.high)
                widths[name].append(one.high - one.low)
        used = max(len(of) for of in held.values())
    if used < repeats / 4:
        return None
    return {name: (float(np.mean(of)), float(np.mean(widths[name]))) for name, of in held.items() if of}


def kept_coverage(keep: Path | None, task: tuple[Design, float, int, int]) -> Found | None:
    """Return what `coverage` gives of a task, from the folder where an earlier run left it, or written there."""
    if keep is None:
        return coverage(task)
    (title, *_), prevalence, n, repeats = task
    path = keep / f"{re.sub('[^a-z]+', '-', title.lower())}-{prevalence:g}-{n}-{repeats}.json"
    if not path.is_file():
        keep.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(coverage(task)))
        beside.rename(path)
    found = json.loads(path.read_text())
    return found and {name: tuple(of) for name, of in found.items()}


def bootstrap(repeats: int) -> Iterator[tuple[float, int, str, list[float]]]:
    """Coverage of percentile intervals, of cases drawn alike and within each class, and of those of meddx."""
    sureness = DESIGNS[1][2]
    for prevalence, n in ((0.05, 300), (0.1, 300), (0.3, 100)):
        generator = np.random.default_rng(n)
        truth = {name: true_numbers(prevalence, sureness)[name] for name in BOOTSTRAPPED}
        held: dict[str, list[list[bool]]] = {name: [] for name in truth}
        for _ in range(repeats):
            cases = draw(generator, n, prevalence, sureness, False)
            own = assessed(cases, prevalence, sureness).per_label["label"]
            positive = cases.targets[:, 0]
            if not own["f1"].reliable:
                continue
            called = cases.probabilities[:, 0] >= expit(sureness * logit(prevalence))
            question = LabelScores(cases.probabilities[:, 0], called, positive)
            drawn = [generator.multinomial(n, np.full(n, 1 / n), RESAMPLES).astype(float) for _ in range(2)]
            for kind in (positive, ~positive):
                many = int(kind.sum())
                drawn[1][:, kind] = generator.multinomial(many, np.full(many, 1 / many), RESAMPLES)
            for name, true in truth.items():
                of_resamples = metric_registry.row(name).resampled
                assert of_resamples is not None
                limits = [np.nanpercentile(of_resamples(question, weights), (2.5, 97.5)) for weights in drawn]
                limits.append(np.array([own[name].low, own[name].high]))
                held[name].append([bool(low <= true <= high) for low, high in limits])
        for name, of in held.items():
            yield prevalence, n, name, np.mean(of, axis=0).tolist()


def main() -> None:
    """Print the document."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep each cell here; a later run goes on from it")
    arguments = parser.parse_args()
    cells = [(prevalence, n) for prevalence, n in product(PREVALENCES, SIZES)]
    tasks = [(design, prevalence, n, arguments.repeats) for design in DESIGNS for prevalence, n in cells]
    with ProcessPoolExecutor(arguments.processes) as pool:
        found = dict(
            zip(
                [task[:3] for task in tasks],
                pool.map(partial(kept_coverage, arguments.keep), tasks, chunksize=1),
                strict=True,
            )
        )
    print("\n".join(_document(found, arguments.repeats)))


def _document(found: dict[tuple[Design, float, int], Found | None], repeats: int) -> Iterator[str]:
    error = 100 * (0.05 * 0.95 / repeats) ** 0.5
    yield "# How far the 95 % intervals can be believed\n"
    yield (__doc__ or "").split("\n\n", 2)[2].strip() + "\n"
    yield f"Made by `python -m studies.intervals --repeats {repeats}`. Each number is the share, in percent, of"
    yield f"{repeats} test sets whose interval holds the truth; chance alone moves it by {error:.1f} either way (one"
    yield "standard error). **Bold**: outside 93 to 97. Empty: too few sets with at least 10 patients of each kind.\n"
    yield METHODS
    every = []
    for design in DESIGNS:
        columns = [(p, n) for p, n in product(PREVALENCES, SIZES) if found[design, p, n]]
        names = list(dict.fromkeys(name for c in columns for name in found[(design, *c)] or {}))
        yield f"## {design[0]}\n"
        yield "| prevalence, n | " + " | ".join(names) + " |"
        yield "|---|" + "---|" * len(names)
        for prevalence, n in columns:
            of = found[design, prevalence, n] or {}
            shares = [of[name][0] if name in of else float("nan") for name in names]
            every += [share for share in shares if np.isfinite(share)]
            yield f"| {prevalence:g}, {n} | " + " | ".join(map(_cell, shares)) + " |"
        yield ""
    yield "## Percentile bootstrap, 500 resamples, one image a patient, probabilities too sure\n"
    yield "| prevalence, n | metric | cases drawn alike | drawn within each class | intervals of meddx |"
    yield "|---|---|---|---|---|"
    for prevalence, n, name, shares in bootstrap(min(repeats, 400)):
        yield f"| {prevalence:g}, {n} | {name} | " + " | ".join(map(_cell, shares)) + " |"
    yield ""
    inside = np.mean([(0.93 <= share <= 0.97) for share in every])
    yield f"{100 * inside:.0f} % of the {len(every)} numbers lie from 93 to 97; the lowest is {100 * min(every):.1f},"
    yield f"the highest {100 * max(every):.1f}."
    print(f"{len(every)} cells", file=sys.stderr)


METHODS = """## Methods

- Sensitivity, specificity, PPV, NPV, accuracy: Wilson's score interval. Where patients repeat, with the effective
  number of cases (design effect by linearisation over patients) and Student's t.
- AUROC: DeLong's variance by midranks (Obuchowski's where patients repeat) on the logit scale.
- Balanced accuracy, F1, MCC, PPV and NPV at a prevalence, average precision, quadratic kappa: variance from what each
  case adds (influence), summed by patient, on the logit scale. Brier score and log loss likewise, on the log scale.
  Student's t with Satterthwaite's degrees of freedom, from how unequal patients' influences are.
- Expected calibration error: the true errors under which the observed one would be no surprise, bins being binomial.
  The error itself is too large by chance, most of all in small sets, so it may lie near or above the upper end.
- Likelihood ratios: Simel's on the log scale; sets in which a count is 0 have no upper limit and are left out.
- Calibration slope: Wald's of a logistic regression; over patients with the sandwich and Student's t. Intercept: always
  with these two, since it holds the slope at 1, which may be wrong.

These take the place of a bootstrap: the same every time, and no resample need be drawn when a threshold moves. The
class mix counts as drawn, not as fixed. What the percentile bootstrap holds, cases drawn alike or within each class,
stands in the last table.
"""


def _cell(share: float) -> str:
    if not np.isfinite(share):
        return ""
    return f"{100 * share:.1f}" if 0.93 <= share <= 0.97 else f"**{100 * share:.1f}**"


if __name__ == "__main__":
    main()
