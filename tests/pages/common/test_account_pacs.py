"""What an account may ask of a PACS, and what the audit log learns of it."""

from types import SimpleNamespace

import pytest

from meddx.errors import Refused
from meddx.network.pacs_config import PacsConfig
from meddx.network.pacs_studies import StudyQuery
from pages.ui.common.account_pacs import AccountPacs


class Recorder:
    """An actor that keeps its entries."""

    def __init__(self, *, may=True):
        self.account = SimpleNamespace(name="ana", role="none", may=lambda role: may)
        self.entries = []

    def record(self, event, outcome="success", **facts):
        self.entries.append((event, outcome, facts["subject"], facts["detail"]))


class Source:
    def __init__(self):
        self.stored = []

    def search(self, query):
        if query.name:
            raise Refused("pacs-timeout", "It did not answer: try again.")
        return [1, 2]

    def store(self, objects):
        self.stored.append(objects)


CONFIG = PacsConfig.model_validate({"dicomweb": [{"name": "archive", "url": "https://pacs.example"}]})


def test_the_log_learns_which_fields_were_searched_and_not_what_for():
    actor = Recorder()
    pacs = AccountPacs(actor, CONFIG, "archive", Source())
    assert pacs.search(StudyQuery(patient_id="SECRET", modality="CT")) == [1, 2]
    with pytest.raises(Refused, match="did not answer"):
        pacs.search(StudyQuery(name="SECRET"))
    assert actor.entries == [
        ("pacs-search", "success", "archive", "patient id, modality: 2 studies"),
        ("pacs-search", "refused", "archive", "name: pacs-timeout"),
    ]


def test_an_account_without_the_role_asks_and_sends_nothing():
    actor, source = Recorder(may=False), Source()
    pacs = AccountPacs(actor, CONFIG, "archive", source)
    for ask in (lambda: pacs.search(StudyQuery(patient_id="1")), lambda: pacs.send({"a": b""}, b"image")):
        with pytest.raises(Refused, match="role reader"):
            ask()
    assert (source.stored, actor.entries) == ([], [])


def test_nothing_is_sent_that_cannot_be_recorded():
    actor, source = Recorder(), Source()

    def refuse(*_, **__):
        raise Refused("audit", "The audit log cannot be written: make room.")

    actor.record = refuse
    with pytest.raises(Refused, match="audit log"):
        AccountPacs(actor, CONFIG, "archive", source).send({"a": b""}, b"image")
    assert source.stored == []
