import tomllib

from meddx.model.card import read_card
from meddx.training.card_file import as_toml, write_card
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


def test_scalars_come_before_tables_so_that_they_stay_at_the_top():
    content = {
        "table": {"x": 1, "inner": {"y": 2.5}},
        "late": True,
        "rows": [{"a": "1"}, {"a": "2"}],
        "list": ["u", "v"],
    }
    text = as_toml(content)
    assert tomllib.loads(text) == content
    assert text.index("late") < text.index("[table]") < text.index("[[rows]]")
