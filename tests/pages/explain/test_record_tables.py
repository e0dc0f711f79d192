"""Tables of a record: what was not measured, and maps of shuffled networks."""

from pages.ui.explain import record_tables
from tests.pages.explain.records import measured


def test_what_was_not_measured_is_said_and_other_software_only_where_there_is_some(small):
    assert "not measured" in record_tables.summary_table(small)
    assert "tf-keras-vis" not in "".join(record_tables.full_tables(small))


def test_empty_maps_of_a_shuffled_network_are_not_called_unlike(small):
    empty = measured("grad-cam", "shuffled network marks nothing", 1, 0.9, 1)
    all_empty = small.model_copy(update={"measured": (*small.measured, empty)})
    assert "all maps empty" in record_tables.summary_table(all_empty)
    some = (
        measured("grad-cam", "likeness to a shuffled network", 0.25, 0.1, 0.4),
        empty.model_copy(update={"value": 0.3}),
    )
    partly = record_tables.summary_table(small.model_copy(update={"measured": (*small.measured, *some)}))
    assert "30\N{NO-BREAK SPACE}% empty" in partly
    assert "<b>0.25</b>" in partly


def test_methods_come_best_first_and_titles_are_escaped(small):
    row = small.methods[0].model_copy(update={"title": "A <b>method</b>"})
    better = row.model_copy(update={"name": "gradients", "title": "Gradients"})
    numbers = (
        measured("grad-cam", "faithfulness", 0.2, 0.1, 0.3),
        measured("gradients", "faithfulness", 0.6, 0.5, 0.7),
    )
    changed = {"methods": (row, better), "measured": numbers, "decided_by": "faithfulness"}
    html = record_tables.summary_table(small.model_copy(update=changed))
    assert html.index("Gradients") < html.index("A &lt;b&gt;method")
    assert "<b>method" not in html
