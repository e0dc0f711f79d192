"""What an account may ask of the engine, wherever on a page it is asked."""

import ast
import inspect
from functools import partial

import pytest

from meddx.audit.record import audit_log, keyed_hash
from meddx.config import ROOT
from meddx.engine.contract import EVALUATE, MAP_GALLERY, Engine
from meddx.engine.job_kinds import JOB_KINDS
from meddx.errors import Refused
from meddx.types import StoredFrame
from pages.ui.common import account_engine
from pages.ui.common.account_engine import ROLES_OF_JOBS, AccountEngine
from tests.pages.evaluate.labelled_images.test_evaluation_result import stored
from tests.pages.fake import NOT_ACCEPTED


@pytest.mark.parametrize("kind", sorted(JOB_KINDS))
def test_a_job_is_started_by_its_role_and_those_above_alone(kind, engine, signed_in):
    for name, role in (("ana", "reader"), ("ben", "evaluator"), ("root", "admin")):
        signed_in(name, role)
        before = len(engine.started) + len(engine.quick_checks)
        allowed = name == "root" or role == ROLES_OF_JOBS[kind] or ROLES_OF_JOBS[kind] == "reader"
        engine.done = {}
        if allowed:
            account_engine.own_engine().start(kind, {"model": "untrained", "data": b"a film"})
        else:
            with pytest.raises(Refused, match=f"takes the role {ROLES_OF_JOBS[kind]}; '{name}' is {role}") as refused:
                account_engine.own_engine().start(kind, {})
            assert refused.value.rule == "not-allowed"
        assert len(engine.started) + len(engine.quick_checks) == before + allowed


def test_models_are_added_and_changed_by_admins_alone():
    assert {kind for kind, role in ROLES_OF_JOBS.items() if role == "admin"} == {
        "add_model", "recalibrate", "inspect_model", "compare_preprocessing",
    }  # fmt: skip


def test_an_evaluation_belongs_to_who_started_it_whatever_the_page_says(engine, signed_in):
    signed_in("ana", "evaluator")
    account_engine.own_engine().start(EVALUATE, {"owner": "ben", "model": "untrained"})
    assert engine.started == [(EVALUATE, {"owner": "ana", "model": "untrained"})]


@pytest.mark.parametrize("ask", ["job_record", "job_result", "remove_job", "job_case"])
def test_evaluations_of_others_are_as_if_they_were_not_there(ask, engine, signed_in):
    engine.records["j"] = stored(arguments={"owner": "ben"})
    engine.results["j"], engine.images["j"] = "the result", {"case": "the image"}
    signed_in("ana", "evaluator")
    assert account_engine.own_engine().jobs() == ()
    with pytest.raises(Refused) as refused:
        getattr(account_engine.own_engine(), ask)(*(("j", "case") if ask == "job_case" else ("j",)))
    with pytest.raises(Refused) as missing:
        account_engine.own_engine().job_record("none")
    assert refused.value.rule == missing.value.rule == "no-job"
    assert "j" in engine.records


def test_an_account_that_became_a_reader_finds_none_of_its_evaluations(engine, signed_in):
    engine.records["j"] = stored(arguments={"owner": "ana"})
    signed_in("ana", "reader")
    assert account_engine.own_engine().jobs() == ()
    with pytest.raises(Refused, match="takes the role evaluator"):
        account_engine.own_engine().job_record("j")


def test_it_answers_whatever_an_engine_answers():
    methods = [name for name in vars(Engine) if not name.startswith("_")]
    for name in methods:
        asked, offered = inspect.signature(getattr(Engine, name)), inspect.signature(getattr(AccountEngine, name))
        assert list(offered.parameters) == list(asked.parameters), name


def test_pages_ask_the_engine_in_no_other_way():
    """But for its state, pictures of a model's own cases, which are nobody's, and uploads whose tabs have gone."""
    users = {
        str(path.relative_to(ROOT / "pages" / "ui"))
        for path in (ROOT / "pages").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "meddx.engine" and node.names[0].name == "local"
    }
    assert users == {
        "common/account_engine.py", "common/engine_state.py", "common/engine_requests.py", "common/upload_leases.py",
        "diagnose/similar_cases.py",
    }  # fmt: skip


def entries():
    return [(one.event, one.outcome, one.who, one.subject, one.detail) for one in audit_log().entries()]


def test_what_is_shown_of_an_image_is_told_to_the_audit_log(engine, signed_in):
    signed_in("ana", "evaluator")
    asked = account_engine.own_engine()
    asked.diagnose(b"a film", "untrained:f")
    asked.image(b"a film", 1)
    asked.predict(b"a film", "untrained:f")
    with pytest.raises(Refused):
        asked.predict(NOT_ACCEPTED, "untrained:f")
    asked.start("patient_facts", {"data": b"a film"})
    asked.start("predict_frames", {"data": b"a film", "model": "untrained:f"})
    asked.start(MAP_GALLERY, {"data": b"a film", "model": "untrained:f"})
    asked.start("explain", {"data": b"a film"})
    assert entries() == [
        ("view", "success", "ana", "", ""),
        ("prediction", "success", "ana", "untrained 1.0.0", ""),
        ("view", "success", "ana", "", ""),
        ("prediction", "success", "ana", "untrained 1.0.0", ""),
        ("prediction", "refused", "ana", "untrained", "modality-not-accepted"),
        ("view", "success", "ana", "", "what its header says of the patient"),
        ("prediction", "success", "ana", "untrained:f", "all frames"),
        ("prediction", "success", "ana", "untrained:f", "maps by several methods"),
    ]
    assert {one.case for one in audit_log().entries()} == {keyed_hash(b"a film"), keyed_hash(NOT_ACCEPTED)}
    assert b"a film" not in audit_log().path.read_bytes()


def test_what_is_done_with_an_evaluation_is_told_to_the_audit_log(engine, signed_in):
    signed_in("ana", "evaluator")
    engine.records["j"] = stored(arguments={"owner": "ana"})
    engine.images["j"] = {"case": StoredFrame(b"a film", 0)}
    id = account_engine.own_engine().start(EVALUATE, {"model": "untrained"})
    account_engine.own_engine().job_case("j", "case")
    account_engine.own_engine().remove_job("j")
    assert entries() == [
        ("evaluation", "success", "ana", id, "started: untrained"),
        ("view", "success", "ana", "j", "case of an evaluation"),
        ("evaluation", "success", "ana", "j", "removed"),
    ]


def test_nothing_is_shown_that_cannot_be_told(engine, signed_in, tmp_path):
    signed_in("ana", "reader")
    (tmp_path / "audit.jsonl").mkdir()
    asked = account_engine.own_engine()
    for ask in (partial(asked.image, b"a film"), partial(asked.diagnose, b"a film", "untrained:f")):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.rule == "audit"
    with pytest.raises(Refused):
        asked.start("patient_facts", {"data": b"a film"})
    assert engine.started == []


def test_what_is_made_after_the_script_is_made_for_who_asked(engine, signed_in):
    signed_in("ana", "evaluator")
    of_ana = account_engine.own_engine()
    signed_in("ben", "evaluator")
    with account_engine.on_behalf_of(of_ana):
        assert account_engine.own_engine() is of_ana
    assert account_engine.own_engine().account.name == "ben"
