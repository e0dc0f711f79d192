"""The page on which readers find the studies that the node has received."""

import hashlib

import pytest
from streamlit.testing.v1 import AppTest

from meddx.audit.record import audit_log, keyed_hash
from meddx.config import ROOT
from meddx.network.node_config import NodeConfig, Retry, read_node_config
from meddx.network.node_database import AnsweredLabel, Heading
from meddx.network.node_folder import NodeFolder
from meddx.network.node_queue import NodeQueue
from pages.ui.common.session import Session
from pages.ui.worklist import open_studies, opening, study_row
from pages.ui.worklist.open_studies import StudyReaders
from tests.network.programmed_engine import configuration
from tests.pages.chinese import drawn_texts, english_left, in_chinese
from tests.pages.test_evaluate_labelled_images import button, run, words
from tests.patience import SECONDS

PAGE = str(ROOT / "pages" / "worklist.py")


@pytest.fixture
def node(tmp_path, monkeypatch):
    """The folder of a node with three studies: of Ann one that is urgent, of Bob one that failed, and a CT."""
    path = configuration(tmp_path, 11112, 104)
    path.write_text(path.read_text() + 'critical = ["EFFUSION"]\n')
    monkeypatch.setenv("MEDDX_NODE", str(path))
    config: NodeConfig = read_node_config(path)
    folder = NodeFolder(config.folder)
    folder.make()
    queue = NodeQueue(folder.queue_file)
    add(queue, folder, "bob", rules=["chest"])
    queue.finish(queue.next_task("answer"), ["pacs"])
    queue.postpone(queue.next_task("send"), "Peer 'pacs' cannot be reached.", Retry(attempts=1))
    ann = add(queue, folder, "ann", rules=["chest"], study_date="2026-11-02", study_title="Thorax")
    queue.finish(queue.next_task("answer"), labels=[
        AnsweredLabel(ann, "chest", "untrained", 0, "NODULE", "Nodule", 0.004, True, False),
        AnsweredLabel(ann, "chest", "untrained", 0, "EFFUSION", "Pneumonia", 0.7, True, True),
    ])  # fmt: skip
    add(queue, folder, "cid", modality="CT")
    yield queue
    queue.close()


def add(queue, folder, name, rules=(), **heading):
    data = f"film of {name}".encode()
    sha256 = hashlib.sha256(data).hexdigest()
    with folder.keeping_film(sha256, data):
        queue.add_film(f"1.{len(queue.films())}", f"study {name}", sha256, "MODALITY")
    film = queue.films()[-1].id
    queue.assign(film, rules, "" if rules else "No rule is for it (CT).")
    stated = {"modality": "DX", "patient": f"ID-{name}", "patient_id": f"ID-{name}", "name": name.capitalize()}
    queue.add_heading(Heading(film, **stated | heading))
    return film


@pytest.fixture
def page(node, engine, untrained_models, monkeypatch, signed_in):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    signed_in("eva", "reader")
    return run(AppTest.from_file(PAGE, default_timeout=SECONDS))


@pytest.fixture
def opened(monkeypatch):
    """What was opened in Diagnose."""
    calls = []
    monkeypatch.setattr(opening, "open_in_diagnose", lambda *what: calls.append(what))
    return calls


def patients(page):
    return [line for line in words(page).splitlines() if line.startswith("<h2")]


def box(page, title):
    return next(one for one in page.selectbox if one.label == title)


def test_studies_are_listed_the_most_urgent_first_and_that_is_told(page):
    said = words(page)
    assert "3 studies" in said
    assert said.index("Ann · ID ID-ann") < said.index("Bob · ID ID-bob") < said.index("Cid · ID ID-cid")
    assert "2026-11-02 · Thorax · DX · 1 film" in said
    assert "Pneumonia 70\N{NO-BREAK SPACE}%" in said
    assert "Nodule" not in said, "neither a finding nor critical"
    assert "Not sent to pacs, attempts: 1. Peer &#x27;pacs&#x27; cannot be reached." in said
    assert "No rule is for it (CT)." in said
    assert [(one.event, one.who, one.detail) for one in audit_log().entries()] == [
        ("worklist-read", "eva", "all studies")
    ]


def test_a_study_that_has_just_come_is_there_before_anything_is_known_of_it(page, node):
    node.add_film("1.9", "study new", "sha", "MODALITY")
    said = words(run(page))
    assert "4 studies" in said
    assert "No patient stated" in said
    assert "Waiting" in said


def test_findings_and_reasons_are_drawn_in_the_readers_language(page, node):
    page = in_chinese(page)
    drawn = " ".join(drawn_texts(page))
    assert "肺炎 70" in drawn
    assert "未能发送到 pacs，已尝试 1 次。无法连接接收方 'pacs'。" in drawn
    assert "没有适用于它的规则（CT）。" in drawn
    assert "肺炎" in box(page, "发现").options
    assert english_left(page) == []


def test_by_arrival_the_last_comes_first_and_filters_leave_the_others_out(page):
    box(page, "Order").set_value("arrival")
    said = words(run(page))
    assert said.index("Cid") < said.index("Ann") < said.index("Bob")
    box(page, "State").set_value("refused")
    assert "Cid" in words(run(page))
    assert "Ann" not in words(page)
    box(page, "State").set_value(None)
    box(page, "Finding").set_value("Pneumonia")
    assert "Ann" in words(run(page))
    assert "Bob" not in words(page)
    box(page, "Model").set_value("untrained")
    box(page, "State").set_value("waiting")
    assert "No study is as asked for." in words(run(page))


def test_names_and_dates_are_hidden_by_one_switch(page):
    page.toggle[0].set_value(True)
    said = words(run(page))
    assert not any(word in said for word in ("Ann", "ID-ann", "2026-11-02", "Thorax"))
    assert "Patient 1" in said
    assert page.session_state["images"].hides_patient, "in Diagnose too"


def test_a_study_opens_with_the_model_and_label_that_make_it_urgent(page, opened):
    page.button(key="open study ann").click()
    run(page)
    [(name, image, model)] = opened
    assert (name, image.data, image.frame, model) == ("DX-2.dcm", b"film of ann", 0, "untrained")
    [case] = page.session_state["images"].cases
    assert case.labels == {"untrained": "EFFUSION"}
    entry = list(audit_log().entries())[-1]
    assert (entry.event, entry.who, entry.case, entry.detail) == (
        "film-opened", "eva", keyed_hash(b"film of ann"), "films: 1",
    )  # fmt: skip
    page.button(key="open study ann").click()
    run(page)
    assert len(page.session_state["images"].cases) == 1, "opened twice it is there once"


def test_another_reader_sees_who_has_it_open_until_it_is_closed(page, opened, signed_in):
    page.button(key="open study ann").click()
    run(page)
    assert "Open here" in words(run(page))
    signed_in("ben", "reader")
    other = run(AppTest.from_file(PAGE, default_timeout=SECONDS))
    assert "Open: eva" in words(other)
    images = page.session_state["images"]
    images.remove(images.cases[0])
    assert "Open: eva" not in words(run(other))


def test_what_failed_is_tried_again_by_a_click_and_that_is_told(page, node):
    button(page, "Try again").click()
    run(page)
    assert node.next_task("send").attempts == 0
    entry = next(one for one in audit_log().entries() if one.event == "film-resent")
    assert (entry.who, entry.subject, entry.case) == ("eva", "pacs", keyed_hash(b"film of bob"))
    assert "Try again" not in [one.label for one in page.button]


def test_results_that_were_refused_say_why_and_are_sent_again_by_a_click(page, node):
    node.resend(node.tasks()[1].id)
    node.refuse(node.next_task("send"), "Not for this peer.")
    assert "Not sent to pacs, attempts: 1. Not for this peer." in words(run(page))
    button(page, "Try again").click()
    run(page)
    assert (node.next_task("send").peer, node.next_task("send").attempts) == ("pacs", 0)
    assert [one.subject for one in audit_log().entries() if one.event == "film-resent"] == ["pacs"]


def test_a_film_that_left_meanwhile_is_said_to(page, node, tmp_path, opened):
    for path in (tmp_path / "state" / "films").iterdir():
        path.unlink()
    page.button(key="open study ann").click()
    assert "was removed" in words(run(page))
    assert opened == []


def test_more_films_than_the_session_may_hold_are_left_out_and_that_is_said(page, node, opened, monkeypatch, tmp_path):
    folder = NodeFolder(tmp_path / "state")
    film = add(node, folder, "ann2", rules=["chest"], patient="ID-ann")
    with node.transaction() as database:
        database.execute("UPDATE film SET study_instance_uid = 'study ann' WHERE id = ?", (film,))
    monkeypatch.setenv("MEDDX_MAX_UPLOAD_BYTES", "15")
    page.button(key="open study ann").click()
    run(page)
    first, left = page.session_state["images"].cases
    assert first.data == b"film of ann"
    assert left.title == "1 more film"
    assert "Remove some images" in left.rejected.reason


def test_what_cannot_be_read_is_said(page, node, tmp_path, monkeypatch):
    (tmp_path / "state" / "queue.sqlite").rename(tmp_path / "away")
    assert "No node has run in" in words(run(page))
    (tmp_path / "node.toml").write_text("ae_title = 7")
    assert "is no configuration of a node" in words(run(page))
    monkeypatch.delenv("MEDDX_NODE")
    assert "No worklist" in words(run(page))


def test_the_navigation_names_it_where_a_node_is_configured(node, navigation, monkeypatch):
    assert "Worklist" in navigation()
    monkeypatch.delenv("MEDDX_NODE")
    assert "Worklist" not in navigation()


@pytest.mark.parametrize(
    ("seconds", "text"), [(59, "0 min ago"), (3600, "1 h ago"), (47.5 * 3600, "47 h ago"), (50 * 3600, "2 days ago")]
)
def test_the_time_since_a_study_came_is_said_in_one_unit(seconds, text):
    assert study_row.age_text(seconds) == text


def test_a_session_that_is_gone_has_nothing_open():
    mine, other = Session(), Session()
    open_studies.remember("1", "ana", mine, [mine.add("a.dcm", b"a")])
    open_studies.remember("1", "", other, [other.add("a.dcm", b"a")])
    assert open_studies.readers(mine)["1"] == StudyReaders(True, ("",))
    assert open_studies.readers(other)["1"] == StudyReaders(True, ("ana",))
    other.drop_all()
    assert open_studies.readers(mine)["1"] == StudyReaders(True, ())
    assert study_row.reader_text(StudyReaders(True, ("", "ana"))) == "Open: another reader, ana"
