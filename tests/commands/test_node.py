"""`meddx node`: what is wrong is said in a sentence. What it does is tested in tests/network."""

import hashlib

import pytest

from meddx import cli
from meddx.audit.record import audit_log, keyed_hash
from meddx.commands import node
from meddx.network.node_database import QUEUE_FILE
from meddx.network.node_queue import NodeQueue
from tests.network.programmed_engine import configuration

FILMS = (b"one", b"two")


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


def test_the_audit_log_tells_of_each_film_that_is_sent_again_and_whither(config, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "audit.jsonl"))
    (tmp_path / "state").mkdir()
    queue = NodeQueue(tmp_path / "state" / QUEUE_FILE)
    try:
        for number, film in enumerate(FILMS):
            queue.add_film(f"1.{number}", "1.1", hashlib.sha256(film).hexdigest(), "MODALITY")
            queue.assign(queue.films()[-1].id, ["chest"])
        queue.finish(queue.next_task("answer"), ["pacs"])
        queue.refuse(queue.next_task("send"), "Not for this peer.")
        given, sending, waiting = (str(task.id) for task in queue.tasks())
    finally:
        queue.close()
    assert cli.main(["node", "resend", given, sending, waiting, "--config", config]) == 1
    told = [(one.event, one.subject, one.case) for one in audit_log().entries()]
    assert told == [
        ("film-resent", "pacs", keyed_hash(FILMS[0])), ("film-resent", "chest", keyed_hash(FILMS[1])),
    ]  # fmt: skip
