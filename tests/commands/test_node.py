"""`meddx node`: what is wrong is said in a sentence. What it does is tested in tests/network."""

import pytest

from meddx import cli
from meddx.commands import node
from meddx.network.node_database import QUEUE_FILE
from meddx.network.node_queue import NodeQueue
from tests.network.programmed_engine import configuration


@pytest.fixture
def config(tmp_path):
    return str(configuration(tmp_path, 11112, 104))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["list"], "No node has run in"),
        (["list", "7"], "numbers of tasks are for resend"),
    ],
)
def test_a_command_that_is_wrong_exits_with_2(config, options, said, capsys):
    assert cli.main(["node", *options, "--config", config]) == 2
    assert said in capsys.readouterr().err


def test_a_missing_configuration_and_missing_packages_are_named(config, tmp_path, monkeypatch, capsys):
    assert cli.main(["node", "--config", str(tmp_path / "none.toml")]) == 2
    assert "cannot be read as TOML" in capsys.readouterr().err
    monkeypatch.setattr(node, "find_spec", lambda name: None if name == "pynetdicom" else object())
    assert cli.main(["node", "--config", config]) == 2
    assert "pip install -r requirements-pacs.txt" in capsys.readouterr().err


def test_what_cannot_be_sent_again_exits_with_1(config, tmp_path, capsys):
    (tmp_path / "state").mkdir()
    NodeQueue(tmp_path / "state" / QUEUE_FILE).close()
    assert cli.main(["node", "resend", "7", "--config", config]) == 1
    assert "task 7: there is none" in capsys.readouterr().out
    assert cli.main(["node", "resend", "--config", config]) == 2
    assert cli.main(["node", "list", "--state", "lost", "--config", config]) == 2
