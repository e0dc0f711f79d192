"""Set the limits of the check of heat maps on a model's own images, where findings are marked.

As the limits that come with meddx were set on its own models (studies/map_test): of the kind of map known to be wrong
that reaches highest, a twentieth passes and a tenth does not fail. Maps known to be right choose nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from itertools import islice

import numpy as np

from meddx.evaluate.map_evaluation.known_map_bench import KnownMapBench, marked_images
from meddx.evaluate.map_evaluation.known_maps import KnownMap, MapKind, MeasuredImage, known_maps, lent
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.explain.map_check.area_effects import usual_effects
from meddx.explain.map_check.verdicts import Bounds
from meddx.explain.map_limits import MapLimits
from meddx.model.loading import LoadedModel

COUNTED = (MapKind.OTHER_IMAGE, MapKind.SHUFFLED, MapKind.RANDOM, MapKind.EDGES)
"""Kinds of wrong maps that set limits; the middle counts for nothing by construction and would lower them."""
REACH_GOOD, REACH_UNCLEAR, REACH_UNTRAINED = 0.05, 0.1, 0.025
"""Shares of wrong maps that pass, and that do not fail, and of untrained networks that reach the least effect."""
FEWEST_KNOWN = 10
"""Maps: of a kind with fewer nothing is concluded. Images: of fewer no limits are set."""
LIMIT_IMAGES = 15
"""On which limits are set."""


def set_limits(
    loaded: LoadedModel, images: LabelledSet, methods: Sequence[str], done: Callable[[int], None] = lambda images: None
) -> MapLimits | None:
    """Return the limits for maps by these methods, None where too few images or maps are there (FEWEST_KNOWN).

    An image counts where it has a marked finding that the model calls.

    images: those that chose nothing else, in the order in which they are taken, up to LIMIT_IMAGES. done: called with
    the number of images so far. Raises Refused for an image or mask that cannot be read.
    """
    bench = KnownMapBench(loaded, methods)
    measured = []
    for number, case in enumerate(islice(marked_images(loaded, images), LIMIT_IMAGES)):
        measured.append(bench(case, number))
        done(number + 1)
    if len(measured) < FEWEST_KNOWN:
        return None
    by_method = [list(beside_each_other([of[method] for of in measured], frozenset())) for method in methods]
    wrong = [of for known in by_method for of in wrong_values(known).values()]
    if all(len(of) < FEWEST_KNOWN for of in wrong):
        return None
    bounds = limits(wrong)
    one_method = [of[methods[0]] for of in measured]
    return MapLimits(
        bad_below=bounds.bad_below,
        good_from=bounds.good_from,
        least_effect=least_effect(one_method),
        usual=usual_falls(one_method),
        methods=tuple(methods),
        images=len(measured),
        wrong_maps=distinct_wrong_maps(by_method),
    )


def distinct_wrong_maps(by_method: Sequence[Sequence[KnownMap]]) -> int:
    """Return how many different maps that set limits are known to be wrong.

    All but those of other images are the same maps for each method. by_method: what beside_each_other yields, for each
    method in the same order.
    """
    lent_maps = sum(one.right is False for known in by_method for one in known if one.kind == MapKind.OTHER_IMAGE)
    shared = set(COUNTED) - {MapKind.OTHER_IMAGE}
    wrong = [[one.right is False for one in known if one.kind in shared] for known in by_method]
    return lent_maps + sum(map(any, zip(*wrong, strict=True)))


def limits(wrong: Collection[Sequence[float]]) -> Bounds:
    """Return the limits. wrong: values of maps known to be wrong, kind by kind; kinds of few maps are left out."""
    shares = [1 - REACH_UNCLEAR, 1 - REACH_GOOD]
    low, high = np.max([np.quantile(of, shares) for of in wrong if len(of) >= FEWEST_KNOWN], axis=0)
    return Bounds(round(float(low), 3), round(float(high), 3))


def beside_each_other(cases: Sequence[MeasuredImage], exact: Set[str], usual: bool = True) -> Iterator[KnownMap]:
    """Yield every map of one model's images, and beside each image those of all others with its label.

    exact: as known_maps takes it. usual: whether usual effects are taken out, those of the images concerned left out.
    """
    for case in cases:
        lent_maps = [(lender, pair) for lender in cases if (pair := lent(case, lender))]
        for lender, pair in ((case, case), *lent_maps):
            others = [one.areas for one in cases if one.key not in (case.key, lender.key)]
            known = known_maps([pair], exact, usual_effects(others) if usual else None)
            yield from (one for one in known if (one.kind == MapKind.OTHER_IMAGE) == (lender is not case))


def wrong_values(maps: Iterable[KnownMap]) -> dict[str, list[float]]:
    """Return the values of the maps that set limits, by kind."""
    wrong = [one for one in maps if one.right is False]
    return {kind: [one.value for one in wrong if one.kind == kind] for kind in COUNTED}


def usual_falls(cases: Sequence[MeasuredImage]) -> tuple[float, ...]:
    """Return the usual effect of a model, row by row."""
    return tuple(round(value, 3) for value in usual_effects([case.areas for case in cases]).ravel().tolist())


def least_effect(cases: Iterable[MeasuredImage]) -> float | None:
    """Return the log odds that hiding an area must move a prediction by, of these models' architectures together.

    None where no map of a network with shuffled weights marks anything, as of small networks without normalisation.
    """
    reached = [next(iter(network.values())).largest for case in cases for network in case.untrained if network]
    if not reached:
        return None
    return round(float(np.quantile(reached, 1 - REACH_UNTRAINED)), 3)
