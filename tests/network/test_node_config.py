"""The configuration of a node, and which films a rule is for."""

import pytest

from meddx.errors import Refused
from meddx.network.film_attributes import FilmAttributes
from meddx.network.node_config import NodeRule, read_node_config
from tests.network.programmed_engine import configuration

FILM = FilmAttributes("DX", "CHEST", "PA", ("Thorax erect", "CHEST 2 VIEWS"), "XR1")


def test_a_configuration_is_read_and_its_folder_lies_beside_it(tmp_path):
    config = read_node_config(configuration(tmp_path, 11112, 104))
    assert config.folder == tmp_path / "state"
    assert config.rule_named("chest").model == "untrained"
    assert config.peer_named("pacs").port == 104
    assert config.rule_named("other") is config.peer_named("other") is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ae_title": '"SEVENTEEN LETTERS"'}, "ae_title"),
        ({"quiet_seconds": -1}, "quiet_seconds"),
        ({"colour": 1}, "colour"),
        ({"keep_days": "= 1"}, "cannot be read as TOML"),
    ],
)
def test_a_fault_is_named(tmp_path, changes, said):
    with pytest.raises(Refused, match=said):
        read_node_config(configuration(tmp_path, 11112, 104, **changes))


def test_a_method_that_does_not_exist_is_named_at_the_start(tmp_path):
    path = configuration(tmp_path, 11112, 104)
    path.write_text(path.read_text().replace('method = "grad-cam"', 'method = "gradcam"'))
    with pytest.raises(Refused, match=r"rule\.0\.method, value 'gradcam'.*hires-cam"):
        read_node_config(path)


def test_a_rule_sends_to_known_peers_only(tmp_path):
    path = configuration(tmp_path, 11112, 104)
    path.write_text(path.read_text().replace('send_to = ["pacs"]', 'send_to = ["elsewhere"]'))
    with pytest.raises(Refused, match="send_to names no peer: elsewhere"):
        read_node_config(path)


@pytest.mark.parametrize(
    ("patterns", "fits"),
    [
        ({}, True),
        ({"modality": ["CR", "dx"], "body_part": ["CHEST"]}, True),
        ({"modality": ["CR"]}, False),
        ({"procedure": ["*2 views*"], "station": ["XR?"]}, True),
        ({"procedure": ["*lateral*"]}, False),
        ({"modality": ["DX"], "view": ["AP"]}, False),
    ],
)
def test_a_rule_is_for_films_that_fit_each_of_its_lists(patterns, fits):
    assert NodeRule(name="one", model="m", **patterns).fits(FILM) == fits
