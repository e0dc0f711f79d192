"""The registry of kinds: a kind is one file and one row, and nothing else knows of it."""

import importlib
import sys
import threading
from pathlib import Path

import pytest

from meddx.engine import job_kinds
from meddx.engine.contract import JobKind
from meddx.engine.job_kinds import JOB_KINDS
from meddx.engine.service import Service
from meddx.errors import Refused
from tests.engine.test_job_runner import until
from tests.patience import SECONDS

DUMMY = """
def run(context, arguments, progress):
    progress(1, 2, "halfway")
    return {"heard": arguments["word"], "readable": hasattr(context, "read")}
"""


@pytest.fixture
def service(tmp_path):
    made = Service(tmp_path / "no models")
    yield made
    made.close()


@pytest.mark.parametrize("stored", [False, True])
def test_a_kind_is_added_and_removed_with_one_file_and_one_row(service, tmp_path, monkeypatch, stored):
    with pytest.raises(Refused, match="no job of kind 'dummy'"):
        service.start("dummy", {"word": "hello"})
    with monkeypatch.context() as patch:
        (tmp_path / "dummy.py").write_text(DUMMY)
        patch.setattr(job_kinds, "__path__", [*job_kinds.__path__, str(tmp_path)])
        module = importlib.import_module("meddx.engine.job_kinds.dummy")
        patch.setitem(JOB_KINDS, "dummy", JobKind(module.run, stored=stored))
        job = service.start("dummy", {"word": "hello"})
        until(lambda: service.job(job).ended)
        status = service.job(job)
        assert (status.state, status.done, status.total) == ("done", 1, 2)
        assert status.result == {"heard": "hello", "readable": True}
        assert (job in [record.id for record in service.jobs()]) == stored
        del sys.modules[module.__name__], job_kinds.dummy
    with pytest.raises(Refused, match="no job of kind 'dummy'"):
        service.start("dummy", {"word": "hello"})


def test_every_file_of_a_kind_has_its_row():
    files = {path.stem for path in Path(job_kinds.__file__).parent.glob("*.py")} - {"__init__", "finding"}
    assert {kind.run.__module__.rpartition(".")[2] for kind in JOB_KINDS.values()} == files == set(JOB_KINDS)


def test_a_removed_job_ends(service, monkeypatch):
    begun = threading.Event()

    def endless(context, arguments, progress):
        while True:
            begun.set()
            progress(0, 1)

    monkeypatch.setitem(JOB_KINDS, "endless", JobKind(endless, stored=True))
    job = service.start("endless", {})
    assert begun.wait(SECONDS)
    assert [record.state for record in service.jobs() if record.id == job] == ["running"]
    service.remove_job(job)
    until(lambda: service.job(job).ended)
    assert job not in [record.id for record in service.jobs()]
