from pages.ui.common.given import NOTHING, GivenBeside

ONE, OTHER = GivenBeside((("age", "61"),), "Cough"), GivenBeside((("age", "62"),), "Cough")


def test_its_text_tells_it_from_others_and_says_nothing_of_the_patient():
    assert repr(ONE) == repr(GivenBeside((("age", "61"),), "Cough"))
    assert len({repr(one) for one in (ONE, OTHER, NOTHING)}) == 3
    assert "61" not in repr(("key", ONE)).replace(f"{hash((ONE.record, ONE.note)):x}", "")
    assert "Cough" not in f"{ONE} {ONE!r}"


def test_what_is_not_given_is_no_argument():
    assert ONE.arguments() == {"record": {"age": "61"}, "note": "Cough"}
    assert GivenBeside((("age", "61"),)).arguments() == {"record": {"age": "61"}}
    assert NOTHING.arguments() == {}
