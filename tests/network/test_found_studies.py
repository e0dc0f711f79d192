"""Studies that a PACS answers with."""

from meddx.network.pacs_studies import found_studies


def _answer(uid, date):
    return {"0020000D": {"vr": "UI", "Value": [uid]}, "00080020": {"vr": "DA", "Value": [date]}}


def test_a_study_that_is_answered_twice_is_one():
    found = found_studies([_answer("1.2", "20260101"), _answer("1.3", "20260102"), _answer("1.2", "20260101")], {})
    assert [study.uid for study in found] == ["1.3", "1.2"]
