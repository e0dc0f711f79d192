import numpy as np
import pytest

from meddx.evaluate.intervals import clustered_bootstrap, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # Newcombe 1998 (Stat Med 17:857), table I, method 3: score interval without continuity correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(successes, n, low, high):
    interval = wilson(successes, n)
    assert (interval.low, interval.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert interval.value == successes / n


def test_bootstrap_of_a_mean_has_its_textbook_width():
    values = np.random.default_rng(1).normal(5, 2, 400)
    found = clustered_bootstrap(lambda rows: {"mean": values[rows].mean()}, [str(i) for i in range(400)], 2000)["mean"]
    standard_error = values.std() / 20
    assert found.low == pytest.approx(values.mean() - 1.96 * standard_error, abs=0.15 * standard_error)
    assert found.high == pytest.approx(values.mean() + 1.96 * standard_error, abs=0.15 * standard_error)


def test_repeating_every_case_does_not_narrow_the_interval():
    # Four images of each patient, all alike, tell no more than one: resampling images instead would halve the width.
    values = np.random.default_rng(2).normal(size=100)
    four = np.repeat(values, 4)
    one = clustered_bootstrap(lambda rows: {"mean": values[rows].mean()}, [f"{i:03}" for i in range(100)])["mean"]
    many = clustered_bootstrap(lambda rows: {"mean": four[rows].mean()}, [f"{i // 4:03}" for i in range(400)])["mean"]
    assert (many.low, many.high) == (pytest.approx(one.low), pytest.approx(one.high))


def test_resamples_without_a_value_are_left_out():
    def recall(rows):
        positive = rows[rows < 2]
        return {"recall": float("nan") if not len(positive) else float((positive == 0).mean())}

    found = clustered_bootstrap(recall, list("abcdefgh"), 500)["recall"]
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)
