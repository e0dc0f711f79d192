"""One pass gives what each method of the Grad-CAM family gives alone."""

import pytest

from meddx.explain.methods import METHODS
from meddx.explain.methods.grad_cam_family import build_family, family_rules
from tests.arithmetic import assert_rounds_alike, products
from tests.explain.methods.networks import images, small

FAMILY = [name for name, method in METHODS.items() if method.family]


def test_the_rules_are_those_of_the_rows_that_are_marked():
    assert len(FAMILY) > 1
    assert list(family_rules()) == FAMILY
    assert len(set(family_rules().values())) == len(FAMILY)


@pytest.mark.parametrize("name", FAMILY)
def test_the_family_gives_what_the_method_gives_alone(name):
    network = small()
    inputs = images(network)
    together = build_family(network)(inputs, [2, 0])[name]
    alone = METHODS[name].build(network)(inputs, [2, 0])
    assert_rounds_alike(together, alone, products(network))
