import keras
import pytest

from meddx.model.architectures import EXPLAINED_LAYER, small_resnet


def joins(model):
    return [layer.name for layer in model.layers if isinstance(layer, keras.layers.Add)]


def test_the_defaults_explain_28_pixels_on_a_map_of_7():
    model = small_resnet.build((28, 28, 1), 3, "softmax")
    assert model.get_layer(EXPLAINED_LAYER).output.shape == (None, 7, 7, 96)
    assert len(joins(model)) == 1 + 2 + 2


@pytest.mark.parametrize(("stem_stride", "filters", "side"), [(1, (4, 8), 32), (2, (4, 8), 16), (2, (4, 8, 16), 8)])
def test_the_stem_and_each_later_stage_halve_the_map(stem_stride, filters, side):
    model = small_resnet.build(
        (64, 64, 3), 2, "sigmoid", filters=filters, blocks=(1,) * len(filters), stem_stride=stem_stride
    )
    assert model.get_layer(EXPLAINED_LAYER).output.shape == (None, side, side, filters[-1])


def test_shortcuts_are_projected_only_where_shapes_differ():
    model = small_resnet.build((28, 28, 1), 3, "softmax")
    projected = {layer.name.split("_shortcut")[0] for layer in model.layers if "shortcut" in layer.name}
    assert projected == {"stage2_block1", "stage3_block1"}


def test_its_parameters_are_those_counted_by_hand():
    # Of 2 filters: 3x3 stem, block of two 3x3 convolutions, 4 numbers a filter in each of three norms, Dense of 2 to 2.
    model = small_resnet.build((8, 8, 1), 2, "softmax", filters=(2,), blocks=(1,))
    assert model.count_params() == 9 * 2 + 2 * (9 * 2 * 2) + 3 * 4 * 2 + (2 * 2 + 2)


def test_stages_without_a_number_of_blocks_are_an_error():
    with pytest.raises(ValueError, match="zip"):
        small_resnet.build((28, 28, 1), 2, "softmax", filters=(4, 8), blocks=(1,))
