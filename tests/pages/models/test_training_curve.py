"""The training curve and its summary."""

import pytest

from pages.ui.models import training_curve


@pytest.mark.parametrize(
    "content",
    ["", "epoch,loss\n1,2\n", "epoch,loss,validation_loss\n", "epoch,loss,validation_loss\n1,nan,2\n", "\x00\xff"],
)
def test_a_curve_that_is_none_is_not_drawn(tmp_path, content):
    (tmp_path / "curve.csv").write_bytes(content.encode("latin-1"))
    assert training_curve.read_curve(tmp_path / "curve.csv") is None


def test_the_curve_marks_the_lowest_validation_loss(tmp_path):
    (tmp_path / "curve.csv").write_text("epoch,loss,validation_loss\n1,3,2.5\n2,2,1.25\n3,1,1.5\n")
    read = training_curve.read_curve(tmp_path / "curve.csv")
    assert "lowest at epoch 2" in training_curve.training_sentence(read)
    mark = training_curve.training_figure(read)["data"][-1]
    assert (mark["x"], mark["y"]) == ([2], [1.25])
