"""What an account may ask of the engine, wherever on a page it is asked."""

import ast
import inspect

import pytest

from meddx.config import ROOT
from meddx.engine.contract import EVALUATE, Engine
from meddx.engine.job_kinds import JOB_KINDS
from meddx.errors import Refused
from pages.ui.common import account_engine
from pages.ui.common.account_engine import ROLES_OF_JOBS, AccountEngine
from tests.pages.evaluate.labelled_images.test_evaluation_result import stored


@pytest.mark.parametrize("kind", sorted(JOB_KINDS))
def test_a_job_is_started_by_its_role_and_those_above_alone(kind, engine, signed_in):
    for name, role in (("ana", "reader"), ("ben", "evaluator"), ("root", "admin")):
        signed_in(name, role)
        before = len(engine.started) + len(engine.quick_checks)
        allowed = name == "root" or role == ROLES_OF_JOBS[kind] or ROLES_OF_JOBS[kind] == "reader"
        engine.done = {}
        if allowed:
            account_engine.engine().start(kind, {})
        else:
            with pytest.raises(Refused, match=f"takes the role {ROLES_OF_JOBS[kind]}; {name} is {role}") as refused:
                account_engine.engine().start(kind, {})
            assert refused.value.rule == "not-allowed"
        assert len(engine.started) + len(engine.quick_checks) == before + allowed


def test_models_are_added_and_changed_by_admins_alone():
    assert {kind for kind, role in ROLES_OF_JOBS.items() if role == "admin"} == {
        "add_model", "recalibrate", "inspect_model", "compare_preprocessing",
    }  # fmt: skip


def test_an_evaluation_belongs_to_who_started_it_whatever_the_page_says(engine, signed_in):
    signed_in("ana", "evaluator")
    account_engine.engine().start(EVALUATE, {"owner": "ben"})
    assert engine.started == [(EVALUATE, {"owner": "ana"})]


@pytest.mark.parametrize("ask", ["job_record", "job_result", "remove_job", "job_case"])
def test_evaluations_of_others_are_as_if_they_were_not_there(ask, engine, signed_in):
    engine.records["j"] = stored(arguments={"owner": "ben"})
    engine.results["j"], engine.images["j"] = "the result", {"case": "the image"}
    signed_in("ana", "evaluator")
    assert account_engine.engine().jobs() == ()
    with pytest.raises(Refused) as refused:
        getattr(account_engine.engine(), ask)(*(("j", "case") if ask == "job_case" else ("j",)))
    with pytest.raises(Refused) as missing:
        account_engine.engine().job_record("none")
    assert refused.value.rule == missing.value.rule == "no-job"
    assert "j" in engine.records


def test_an_account_that_became_a_reader_finds_none_of_its_evaluations(engine, signed_in):
    engine.records["j"] = stored(arguments={"owner": "ana"})
    signed_in("ana", "reader")
    assert account_engine.engine().jobs() == ()
    with pytest.raises(Refused, match="takes the role evaluator"):
        account_engine.engine().job_record("j")


def test_it_answers_whatever_an_engine_answers():
    methods = [name for name in vars(Engine) if not name.startswith("_")]
    for name in methods:
        asked, offered = inspect.signature(getattr(Engine, name)), inspect.signature(getattr(AccountEngine, name))
        assert list(offered.parameters) == list(asked.parameters), name


def test_pages_ask_the_engine_in_no_other_way():
    """But for its state, and for pictures of a model's own cases, which are nobody's."""
    users = {
        str(path.relative_to(ROOT / "pages" / "ui"))
        for path in (ROOT / "pages").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "meddx.engine" and node.names[0].name == "local"
    }
    assert users == {
        "common/account_engine.py", "common/engine_state.py", "common/engine_requests.py", "diagnose/similar_cases.py",
    }  # fmt: skip
