"""A file of scores as an evaluated system."""

from meddx.types import Refusal
from pages.ui.common.predictions_file import ScoreFile
from pages.ui.evaluate.predictions_file_source import system_of_scores

ROWS = "case,label,ill,well\na,ill,0.9,0.1\nb,well,0.2,0.8\n"


def system_of(text):
    file = ScoreFile("x.csv", "digest", text.encode())
    assert file.update()
    return system_of_scores(file.result)


def test_a_file_becomes_a_system_whose_key_follows_its_content(engine):
    one, same, other = (system_of(text) for text in (ROWS, ROWS, ROWS + "c,ill,0.7,0.3\n"))
    assert (one.labels, one.exclusive, one.card, len(one.predictions)) == (("ill", "well"), True, None, 2)
    assert one.key == same.key != other.key
    assert isinstance(one.image("a"), Refusal)
