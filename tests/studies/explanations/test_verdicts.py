"""The rows on verdicts count each map once, under the kind it is of."""

import pytest

from studies.explanations import verdict_cases
from studies.explanations.verdict_cases import RANDOM_NETWORK, TRAINED
from studies.explanations.verdicts import limits, rows
from tests.explain.map_check.test_verdicts import agreeing, numbers


def case(kind, method, value, found=True, largest=3.0):
    """A map with nothing against it but what hiding areas does."""
    areas = agreeing(value, largest)
    fine = numbers(areas=areas, noisy=((0.0, 1.0),), cascade=(0.0,) * 4, labels={1: 0.0})
    return verdict_cases.Tested(kind, method, 0, 0, fine, found, inside=1.0, enriched=9.0, hit=True)


@pytest.fixture(scope="module")
def printed():
    weak = limits().least_effect * 0.9
    cases = [case(TRAINED, "grad-cam", value) for value in (0.9, 0.9, 0.9, 0.0)]
    cases += [case(TRAINED, "grad-cam", -0.9, found=False), case(TRAINED, "layer-cam", 0.9)]
    cases += [case(RANDOM_NETWORK, "grad-cam", 0.9, largest=weak), case(RANDOM_NETWORK, "layer-cam", 0.9)]
    return {cells[0]: cells[1:] for row in rows(cases) for cells in [[cell.strip() for cell in row.split("|")[1:-1]]]}


def test_each_kind_and_method_is_counted_and_lesions_that_were_not_found_are_left_out(printed):
    n, *said = printed["trained network grad-cam"]
    assert (n, [cell[:5] for cell in said]) == ("4", ["0.750", "0.000", "0.250"])
    assert printed["**trained network, together**"][0] == "5"


def test_a_map_that_agrees_with_effects_as_small_as_an_untrained_networks_is_not_to_be_relied_on(printed):
    assert [cell[:5] for cell in printed["network of random weights grad-cam"][1:]] == ["0.000", "0.000", "1.000"]
    assert printed["network of random weights layer-cam"][1].startswith("1.000")
    assert printed["**network of random weights, together**"][1].startswith("0.500")
    assert printed["without the least effect: network of random weights"][1].startswith("1.000")
