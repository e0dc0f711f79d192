import keras
import pytest

from meddx.model.importing.backbones import BACKBONES, find_backbone
from meddx.model.importing.describe_file import layers_within


def test_the_largest_of_a_family_is_not_taken_for_the_smallest():
    for backbone in BACKBONES:
        assert find_backbone(backbone.has) is backbone


def test_a_network_of_ones_own_is_no_backbone():
    assert find_backbone(["conv1", "conv2", "bn", "relu"]) is None


def test_every_row_is_a_network_of_keras_applications():
    assert [row.name for row in BACKBONES if not hasattr(keras.applications, row.name)] == []


@pytest.mark.slow
@pytest.mark.parametrize("row", BACKBONES, ids=lambda row: row.name)
def test_a_network_of_keras_applications_is_recognised_by_its_layers(row):
    side = {"NASNetMobile": 224, "NASNetLarge": 331}.get(row.name, 96)
    network = getattr(keras.applications, row.name)(weights=None, include_top=False, input_shape=(side, side, 3))
    assert find_backbone([network.name, *(layer.name for layer in layers_within(network))]) is row
