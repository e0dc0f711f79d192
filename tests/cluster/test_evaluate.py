"""Evaluations on a cluster: the bytes of one machine, whatever is lost on the way."""

import json
import os
import threading

import pytest

from meddx import cli
from meddx.engine import evaluation_job
from meddx.engine.job_store import JobStore
from meddx.engine.service import Service
from meddx.kept_pieces import ANSWERS, PLAN
from tests.cluster.conftest import IMAGES
from tests.engine.test_job_runner import until

pytestmark = pytest.mark.slow

PIECES = IMAGES // 8 + 1
ASKED = {"model": "medium", "folder_of_images": "set", "classes": {"NORMAL": ["NORMAL"], "NODULE": ["NODULE"]}}


def evaluated(place, name, *options):
    """Evaluate by the command and return what it writes: a row for each case, and the answers."""
    table, keep = place / f"{name}.csv", place / name
    arguments = ["evaluate", "--model", "medium", "--data", str(place / "allowed" / "set")]
    assert cli.main([*arguments, "--csv", str(table), "--keep", str(keep), "--json", *options]) == 1
    return table.read_bytes(), (keep / ANSWERS).read_bytes()


def lines(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


@pytest.fixture(scope="module")
def alone(place):
    """What this machine gives."""
    return evaluated(place, "alone")


def test_the_numbers_are_those_of_one_machine_to_the_byte(place, address, alone):
    assert evaluated(place, "both", "--cluster", address) == alone


def test_a_node_that_is_killed_costs_nothing_but_time(place, nodes, address, alone):
    (victim,) = nodes.worker_nodes
    found = []
    evaluating = threading.Thread(target=lambda: found.append(evaluated(place, "killed", "--cluster", address)))
    evaluating.start()
    until(lambda: lines(place / "killed" / ANSWERS) >= 2)
    nodes.remove_node(victim, allow_graceful=False)
    before = lines(place / "killed" / ANSWERS)
    assert before < PIECES, "it was killed in the middle"
    evaluating.join()
    assert found == [alone]


def test_whoever_goes_on_computes_only_what_is_missing(place, address, alone):
    """The first answer that is kept is changed, so that it shows who computed it."""
    begun = place / "begun"
    begun.mkdir()
    first, second, *others = alone[1].splitlines(keepends=True)
    kept = json.dumps([{**one, "logits": [9.0, 9.0, 9.0]} for one in json.loads(first)]).encode() + b"\n"
    (begun / ANSWERS).write_bytes(kept + second + others[0][:20])
    (begun / PLAN).write_bytes((place / "alone" / PLAN).read_bytes())
    assert evaluated(place, "begun", "--cluster", address)[1] == kept + second + b"".join(others)


def job_files(folder):
    return [(folder / name).read_bytes() for name in (evaluation_job.PREDICTIONS_FILE, evaluation_job.REFUSED_FILE)]


def test_the_job_of_a_page_runs_on_the_cluster_with_progress_and_cancel(address, monkeypatch):
    service, store = Service(), JobStore()
    try:
        here = service.start("evaluate", ASKED)
        until(lambda: service.job(here).ended)
        monkeypatch.setenv("MEDDX_ENGINE", address)
        there, cancelled = service.start("evaluate", ASKED), service.start("evaluate", ASKED)
        until(lambda: lines(store.folder(cancelled) / ANSWERS) >= 1)
        service.cancel(cancelled)
        until(lambda: service.job(cancelled).ended)
        until(lambda: service.job(there).ended)
    finally:
        service.close()
    assert (service.job(there).state, service.job(there).done) == ("done", service.job(here).done)
    assert job_files(store.folder(there)) == job_files(store.folder(here))
    assert (service.job(cancelled).state, lines(store.folder(cancelled) / ANSWERS) < PIECES) == ("cancelled", True)


def predicted(place, capsys, films, *options):
    code = cli.main(["predict", *map(str, films), "--model", "medium", "--json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_predictions_are_those_of_one_machine_to_the_last_bit(place, address, capsys):
    films = [place / "allowed" / "set" / "NODULE", place / "missing.png"]
    here = predicted(place, capsys, films, "--keep", str(place / "films-here"))
    assert predicted(place, capsys, films, "--cluster", address) == here
    assert [one["refused"]["rule"] for one in here[1] if one["refused"]] == ["not-an-image", "no-such-file"]


def test_a_film_that_only_this_machine_sees_ends_the_work_and_is_no_refusal_of_the_film(place, address, capsys):
    film = next((place / "allowed" / "set" / "NORMAL").iterdir())
    descriptor = os.open(film, os.O_RDONLY)
    os.set_inheritable(descriptor, False)
    moved = os.dup2(descriptor, 555, inheritable=False)
    try:
        assert cli.main(["predict", f"/proc/self/fd/{moved}", "--model", "medium", "--cluster", address]) == 2
    finally:
        os.close(descriptor)
        os.close(moved)
    assert "have the images in a folder that every node sees" in capsys.readouterr().err
