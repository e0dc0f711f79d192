"""Shapley values of games whose values are known."""

import numpy as np
import pytest

from meddx.explain.shapley import coalition_weight, every_coalition, sampled_values, shapley_values


def test_the_glove_game():
    """One holds a left glove, two a right one; a pair is worth 1 (Shapley and Shubik 1969): 2/3, 1/6, 1/6."""
    members = every_coalition(3)
    worth = (members[:, 0] & (members[:, 1] | members[:, 2])).astype(float)
    assert shapley_values(worth) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_every_coalition_comes_in_the_order_of_its_number():
    assert every_coalition(2).tolist() == [[False, False], [True, False], [False, True], [True, True]]


def test_weights_of_the_coalitions_without_a_player_add_up_to_one():
    sizes = every_coalition(4).sum(axis=1)
    assert sum(coalition_weight(int(size), 5) for size in sizes) == pytest.approx(1)


def test_values_of_several_columns_add_up_to_what_all_are_worth():
    worth = np.random.default_rng(0).normal(size=(16, 3))
    np.testing.assert_allclose(shapley_values(worth).sum(axis=0), worth[-1] - worth[0])


def test_sampled_orders_approach_the_exact_values_and_add_up_at_once():
    worth = np.random.default_rng(1).normal(size=(32, 2))

    def worth_of(members):
        return worth[members @ (1 << np.arange(5))]

    exact = shapley_values(worth)
    few = sampled_values(worth_of, 5, 1, np.random.default_rng(2))
    many = sampled_values(worth_of, 5, 3000, np.random.default_rng(2))
    np.testing.assert_allclose(few.sum(axis=0), worth[-1] - worth[0])
    np.testing.assert_allclose(many, exact, atol=0.05)
    assert np.abs(few - exact).max() > 0.05
