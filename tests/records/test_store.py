"""Records on SQLite and on PostgreSQL: what goes in comes out, is erased, ends, and is never in clear text."""

import traceback
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from meddx.audit.record import keyed_hash
from meddx.errors import Refused
from meddx.records.encryption import new_key
from meddx.records.reading import RecordFilter, case_by_id, image_by_id, recorded_cases
from meddx.records.rotation import rotate
from meddx.records.tables import Base, CaseRow
from meddx.types import ReaderOpinion
from tests.records.cases import add, answer, case, opinion, untold

MARKER = "ZEBEDEE^QUARTZ"


def rows(records):
    """By table, how many rows it holds; but the secret of the database itself."""
    with records.database.reading() as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name != "records_secret"]
        return {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}


def test_what_is_recorded_comes_back(kept):
    add(kept, opinion("disagree", "an artefact", "NODULE"), case=case(b"bytes", "a.dcm"), answer=answer(frame=2))
    [one] = recorded_cases(kept, RecordFilter())
    assert (one.file_name, one.image_hash, one.has_image) == ("a.dcm", keyed_hash(b"bytes"), True)
    assert image_by_id(kept, one.id) == b"bytes"
    assert case_by_id(kept, one.id) == one
    [given] = one.answers
    assert (given.frame, given.model, given.version, given.fingerprint) == (2, "untrained", "1.0.0", "f" * 64)
    assert [(f.label, f.probability, f.threshold, f.is_finding, f.in_prediction_set) for f in given.findings] == [
        ("NORMAL", 0.2, None, False, False), ("EFFUSION", 0.7, 0.5, True, True), ("NODULE", 0.1, 0.5, False, False),
    ]  # fmt: skip
    [said] = given.opinions
    assert (said.label, said.who, said.opinion) == (
        "EFFUSION",
        "ana",
        ReaderOpinion("disagree", "an artefact", "NODULE"),
    )


def test_opinions_are_appended_and_one_that_is_sent_twice_is_kept_once(kept):
    first, second, back = opinion("agree"), opinion("unsure"), opinion(None)
    add(kept, first)
    add(kept, first, second)
    add(kept, opinion("disagree", who="ben"))
    [one] = recorded_cases(kept, RecordFilter())
    assert [(o.who, o.opinion.verdict) for o in one.answers[0].opinions] == [
        ("ana", "agree"), ("ana", "unsure"), ("ben", "disagree"),
    ]  # fmt: skip
    add(kept, back)
    [one] = recorded_cases(kept, RecordFilter())
    assert len(one.answers[0].opinions) == 4
    assert [o.opinion.verdict for o in one.answers[0].standing().values()] == ["disagree"]


def test_the_same_image_is_one_case_and_another_card_another_answer(kept):
    add(kept)
    add(kept)
    add(kept, answer=answer(fingerprint="e" * 64))
    add(kept, answer=answer(frame=1))
    assert rows(kept) == {"recorded_case": 1, "recorded_answer": 3, "recorded_finding": 9, "recorded_opinion": 0}


def test_images_are_kept_only_where_that_is_on(opened, key):
    records = opened(key)
    records.initialise()
    add(records)
    [one] = recorded_cases(records, RecordFilter())
    assert not one.has_image
    with pytest.raises(Refused, match="MEDDX_RECORDS_IMAGES"):
        image_by_id(records, one.id)


def test_nothing_of_a_patient_lies_in_clear_text(kept, place, request):
    marked = opinion("disagree", f"note {MARKER}", "NODULE")
    add(kept, marked, case=case(MARKER.encode(), f"{MARKER}.dcm", MARKER), answer=answer(cautions=[f"of {MARKER}"]))
    kept.engine.dispose()
    if isinstance(place, str):
        server = request.getfixturevalue("server")
        assert server.holds(b"EFFUSION"), "labels are not of a patient: what is searched is what was written"
        assert not server.holds(MARKER.encode())
        return
    content = b"".join(path.read_bytes() for path in place.parent.iterdir())
    assert b"EFFUSION" in content
    assert MARKER.encode() not in content
    assert place.stat().st_mode & 0o077 == 0
    assert place.parent.stat().st_mode & 0o077 == 0


def test_nothing_of_a_patient_lies_in_an_exception(kept):
    with kept.database.writing() as session:
        session.execute(text("DROP TABLE recorded_opinion"))
    with pytest.raises(Refused, match="database of records cannot be used: it lacks the tables") as caught:
        add(kept, opinion(note=MARKER), case=case(MARKER.encode(), MARKER, MARKER))
    said = "".join(traceback.format_exception(caught.value))
    assert "INSERT" not in said.upper()
    assert MARKER not in said
    assert rows_of_cases(kept) == 0, "nothing of it stays"


def rows_of_cases(records):
    with records.database.reading() as session:
        return session.scalar(select(func.count()).select_from(CaseRow))


def test_erasing_a_patient_removes_every_row_and_no_other(kept):
    add(kept, opinion(), opinion("unsure", label="NODULE"), case=case(b"one"))
    add(kept, opinion(), case=case(b"two"))
    add(kept, opinion(), case=case(b"of another", patient_id="P2"))
    add(kept, case=case(b"of nobody known", patient_id=""))
    told = []
    assert kept.erase_patient(" P1 ", told.append) == 2 + 2 + 6 + 3
    assert told == ["13 rows"]
    assert rows(kept) == {"recorded_case": 2, "recorded_answer": 2, "recorded_finding": 6, "recorded_opinion": 1}
    assert kept.erase_patient("P1", untold) == 0
    assert kept.erase_image(b"of nobody known", untold) == 1 + 1 + 3
    with pytest.raises(Refused, match="patient id is empty"):
        kept.erase_patient(" ", untold)


def test_what_the_audit_log_cannot_take_is_not_done(kept):
    def refuse(_):
        raise Refused("audit", "The audit log cannot be written.")

    add(kept, opinion())
    before = rows(kept)
    with pytest.raises(Refused, match="audit"):
        kept.erase_patient("P1", refuse)
    with pytest.raises(Refused, match="audit"):
        kept.add(case(b"another"), answer(), [], refuse)
    assert rows(kept) == before


def test_what_is_erased_is_overwritten_in_the_file(kept, place):
    if isinstance(place, str):
        pytest.skip("PostgreSQL overwrites it with VACUUM")
    add(kept, opinion(note="a note"))
    with kept.database.reading() as session:
        token = session.scalars(select(CaseRow.file_name)).one()
    assert token in place.read_bytes()
    kept.erase_patient("P1", untold)
    assert token not in place.read_bytes()


def test_a_case_ends_days_after_something_was_last_added_to_it(opened, key):
    now = datetime(2026, 3, 1, tzinfo=UTC)
    records = opened(key, days=30, clock=lambda: now)
    records.initialise()
    add(records, case=case(b"old"))
    add(records, case=case(b"read again"))
    now += timedelta(days=20)
    add(records, opinion(), case=case(b"read again"))
    now += timedelta(days=10)
    assert records.purge(untold) == 0, "thirty days are not over"
    now += timedelta(seconds=1)
    told = []
    assert records.purge(told.append) == 1 + 1 + 3
    assert told == ["5 rows"]
    assert [one.image_hash for one in recorded_cases(records, RecordFilter())] == [keyed_hash(b"read again")]


def test_a_filter_leaves_the_others_out(opened, key):
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    records = opened(key, clock=lambda: now)
    records.initialise()
    add(records, opinion("agree"), case=case(b"a"))
    now += timedelta(days=1)
    add(records, opinion("disagree", who="ben"), case=case(b"b"), answer=answer("other"))
    now += timedelta(days=1)
    add(records, case=case(b"c"))

    def found(**asked):
        hashes = {keyed_hash(data): data.decode() for data in (b"a", b"b", b"c")}
        return "".join(hashes[one.image_hash] for one in recorded_cases(records, RecordFilter(**asked)))

    day = now.date()
    assert found() == "cba"
    assert found(model="other") == "b"
    assert found(who="ana") == "a"
    assert (found(opinion="disagree"), found(opinion="none"), found(opinion="unsure")) == ("b", "c", "")
    assert (found(since=day), found(until=day - timedelta(days=1))) == ("c", "ba")


def test_a_new_key_encrypts_everything_and_the_old_one_can_go(kept, opened, key):
    add(kept, opinion(note="a note"), case=case(b"bytes", "a.dcm"), answer=answer(cautions=["old"]))
    new = new_key()
    with pytest.raises(Refused, match="None of the keys"):
        opened(new).check()
    both = opened(new, key)
    both.check()
    assert rotate(both) == 5, "secret, file name, image, cautions and note"
    assert rotate(both) == 0
    alone = opened(new)
    alone.check()
    [one] = recorded_cases(alone, RecordFilter())
    assert (one.file_name, one.answers[0].cautions, image_by_id(alone, one.id)) == ("a.dcm", ("old",), b"bytes")
    assert one.answers[0].opinions[0].opinion.note == "a note"
    assert alone.erase_patient("P1", untold) == 6, "patients are known by the same hash"
    with pytest.raises(Refused, match="None of the keys"):
        opened(key).check()
