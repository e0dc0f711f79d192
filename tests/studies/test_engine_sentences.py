"""Sentences of meddx/, found in its source."""

import pytest

from meddx.config import RESEARCH_USE
from studies.engine_sentences import engine_sentences, sentences_of


@pytest.mark.parametrize(
    ("source", "sentences"),
    [
        ('raise Refused("rule", "The file is empty: send it again.")', ["The file is empty: send it again."]),
        ('Refused("rule", f"{card.title} takes no note.")', ["{title} takes no note."]),
        (
            'Refused("rule", f"{a.id} and {b.id} differ in {len(rows):,} rows.")',
            ["{id} and {id_2} differ in {rows} rows."],
        ),
        ("""Refused("r", f"{n} image{'' if n == 1 else 's'} left.")""", ["{n} image left.", "{n} images left."]),
        ('"""Return what is here."""\nx = "made for pages"', ["made for pages"]),
        ('log.warning("not for pages")\nx: "int | None" = None', []),
    ],
)
def test_the_sentences_of_a_module(source, sentences):
    assert sentences_of(source, everything=True) == sentences


def test_a_module_that_only_refuses_gives_its_refusals_alone():
    source = 'x = "not for pages"\nraise Refused("rule", "One sentence.")'
    assert sentences_of(source) == ["One sentence."]


def test_what_every_page_says_is_among_them_and_what_only_a_command_says_is_not():
    found = {sentence for sentence, _file in engine_sentences()}
    assert RESEARCH_USE in found
    assert not any("meddx users" in sentence for sentence in found)
