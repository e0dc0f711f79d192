"""What is said where there is no cluster."""

import socket

import pytest

from meddx import cli, optional_packages
from meddx.cluster.connection import cluster_at
from meddx.cluster.installation import installation_digest
from meddx.cluster.node_work import raise_refusal
from meddx.cluster.replicas import _Gateway
from meddx.errors import Refused


def test_without_ray_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(optional_packages, "find_spec", lambda name: None)
    with pytest.raises(Refused, match=r"\(ray\): run `pip install -r requirements-cluster.txt`") as refused:
        cluster_at("ray://127.0.0.1:10001")
    assert refused.value.rule == "cluster-packages"


def test_a_node_without_serve_says_what_to_install(monkeypatch):
    monkeypatch.setattr(optional_packages, "find_spec", lambda name: None)
    answer = _Gateway(prepare=print).ask(print, installation_digest(), "", patience=1)
    with pytest.raises(Refused, match=r"\(ray\[serve\]\): run `pip install -r requirements-cluster.txt`") as refused:
        raise_refusal(answer)
    assert refused.value.rule == "cluster-packages"


@pytest.mark.parametrize("address", ["local", "http://host:1", "ray://host", "a host:6379"])
def test_what_is_no_address_is_refused(address, monkeypatch):
    monkeypatch.setattr(optional_packages, "find_spec", lambda name: object())
    with pytest.raises(Refused, match="no address of a cluster"):
        cluster_at(address)


def test_where_nothing_listens_that_is_said_at_once():
    pytest.importorskip("ray", reason="ray is not installed (requirements-cluster.txt)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Refused, match="No cluster answers") as refused:
        cluster_at(f"ray://127.0.0.1:{port}")
    assert refused.value.rule == "no-cluster"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["evaluate", "--model", "x", "--cluster", "ray://a:1"], "need --model and --data"),
        (
            ["evaluate", "--model", "x", "--data", ".", "--localisation", "--cluster", "ray://a:1"],
            "leave out --cluster",
        ),
        (["predict", ".", "--model", "x", "--explain", "grad-cam", "--out", "x", "--cluster", "ray://a:1"], "leave"),
    ],
)
def test_what_a_cluster_does_not_do_is_refused(command, says, capsys):
    assert cli.main(command) == 2
    assert says in capsys.readouterr().err
