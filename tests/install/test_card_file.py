import tomllib

from meddx.install.card_file import as_toml, write_card
from meddx.model.card import read_card
from tests.untrained import write_model


def test_a_card_reads_back_as_it_was(tmp_path):
    folder = write_model(tmp_path)
    card = read_card(folder / "card.toml")
    awkward = card.model_copy(
        update={"summary": 'Quotes " and \\, tab\t, line\n, DEL \x7f, Ärzte', "title": "[a] = 'b' # c"}
    )
    write_card(folder, awkward)
    assert read_card(folder / "card.toml") == awkward
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_values_come_first_and_what_repeats_last():
    long = "more than fits on one line beside its fellows, so that each row becomes a table of its own" * 2
    content = {
        "rows": [{"a": long}, {"a": "2", "inner": {"y": 2.5}}],
        "table": {"x": 1, "inner": {"y": 2.5}},
        "late": True,
        "list": ["u", "v"],
    }
    text = as_toml(content)
    assert tomllib.loads(text) == content
    assert text.index("late") < text.index("[table]") < text.index("[table.inner]") < text.index("[[rows]]")


def test_a_text_of_several_lines_stays_on_one():
    assert as_toml({"summary": "one\ntwo"}) == 'summary = "one\\ntwo"\n'
