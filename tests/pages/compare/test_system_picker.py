"""Short titles of models that begin alike."""

from dataclasses import replace

from pages.ui.compare.system_picker import with_short_titles
from tests.evaluate.paired.systems import system


def model(name, title):
    return replace(system(name, [[0.8, 0.2]], [[1, 0]]), kind="model", title=title)


def test_the_words_that_all_models_begin_with_are_left_out():
    systems = [model("a", "Chest films, plain CNN"), model("b", "Chest films, ResNet")]
    assert [one.title for one in with_short_titles(systems)] == ["plain CNN", "ResNet"]
    unlike = [systems[0], model("b", "Blood cells, ResNet")]
    assert [one.title for one in with_short_titles(unlike)] == ["Chest films, plain CNN", "Blood cells, ResNet"]
    assert with_short_titles(systems[:1])[0].title == "Chest films, plain CNN"
