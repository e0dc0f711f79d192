"""Pieces of work on the nodes of a cluster."""

import itertools
import subprocess
import sys

import pytest

from meddx.cluster import pieces
from meddx.cluster.connection import cluster_at
from meddx.config import ROOT
from meddx.engine.contract import Cancelled
from meddx.errors import MeddxError, Refused
from tests.cluster import on_a_node

pytestmark = pytest.mark.slow


LOST = """
import sys
from meddx.cluster.connection import cluster_at
from meddx.errors import Refused
from tests.cluster import on_a_node

answers = cluster_at(sys.argv[1]).map(on_a_node.squared, range(100))
next(answers)
import ray

ray.shutdown()  # as Ray does by itself once it gives a cluster up
try:
    list(answers)
except Refused as refused:
    print(refused.rule, ray.is_initialized())
"""


def test_after_the_cluster_is_lost_none_is_started_on_this_machine(address):
    command = [sys.executable, "-c", LOST, address]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.stdout.split() == ["cluster-lost", "False"], said.stderr[-2000:]


def test_answers_come_in_order_and_pieces_are_taken_as_there_is_room(address):
    taken = []
    numbers = (taken.append(number) or number for number in itertools.count())
    answers = cluster_at(address).map(on_a_node.squared, numbers)
    assert [next(answers) for _ in range(20)] == [number * number for number in range(20)]
    answers.close()
    assert len(taken) <= 20 + 4


def test_a_piece_whose_process_is_killed_is_done_again(address, tmp_path):
    asked = [(number, tmp_path) for number in range(6)]
    assert list(cluster_at(address).map(on_a_node.killed_once, asked)) == list(range(6))
    assert (tmp_path / "killed").exists()


def test_a_piece_that_always_ends_its_process_is_refused(address):
    with pytest.raises(Refused, match="5 processes or nodes") as refused:
        list(cluster_at(address).map(on_a_node.killed_always, [1]))
    assert refused.value.rule == "ends-the-process"


@pytest.mark.parametrize(
    ("why", "kind", "says"),
    [
        ("refused", Refused, "Some reason."),
        ("error", MeddxError, "Some error."),
        ("other", Refused, "on_a_node.py"),
    ],
)
def test_what_a_piece_raises_is_raised_here_without_the_text_of_what_it_read(address, why, kind, says):
    with pytest.raises(kind, match=says) as error:
        list(cluster_at(address).map(on_a_node.fails, [why]))
    assert "Doe" not in str(error.value)


def test_whoever_waits_is_asked_and_may_end_it(address):
    def beat():
        raise Cancelled

    with pytest.raises(Cancelled):
        list(cluster_at(address).map(on_a_node.slow, [1], beat))


def test_nodes_of_another_installation_do_nothing(address, monkeypatch):
    monkeypatch.setattr(pieces, "installation_digest", lambda: "another")
    with pytest.raises(Refused, match="install the same on every node") as refused:
        list(cluster_at(address).map(on_a_node.squared, [1]))
    assert refused.value.rule == "other-installation"
