import json

from benchmarks.goals import GOALS, HEADER, goal_rows


def result(folder, part, measured, not_measured=None, tiny=False):
    document = {"ended": "2026-11-30T03:00:00+00:00", "tiny": tiny, "measured": measured}
    document["not_measured"] = not_measured or {}
    (folder / f"{part}.json").write_text(json.dumps(document))


def rows_of(folder):
    rows = goal_rows(folder)
    assert {len(row) for row in rows} == {len(HEADER)}
    return dict(zip(GOALS, rows, strict=True))


def test_a_part_that_was_not_run_is_not_measured(tmp_path):
    assert {row[2] for row in rows_of(tmp_path).values()} == {"not measured"}


def test_a_goal_is_met_where_every_value_is(tmp_path):
    measured = [
        {"measure": "one film", "of": "small", "value": 1.1},
        {"measure": "one film", "of": "large", "value": 1.11},
        {"measure": "batch", "of": "small", "value": 1.02},
        {"measure": "against keras-vis", "of": "small", "value": 29.0},
    ]
    result(tmp_path, "prediction", measured)
    rows = rows_of(tmp_path)
    assert rows["one film"][1:4] == ["at most 1.1x", "1.1x (small); 1.11x (large)", "1 of 2"]
    assert rows["batch"][3] == "yes"
    assert rows["against keras-vis"][3] == "no"


def test_a_peer_that_is_missing_is_named(tmp_path):
    result(tmp_path, "cluster", [], {"Ray": "not installed: ray"})
    assert rows_of(tmp_path)["cluster"][2:4] == ["not measured: not installed: ray", ""]


def test_a_tiny_run_meets_no_goal(tmp_path):
    result(tmp_path, "server_memory", [{"measure": "memory", "of": "", "value": 1.0}], tiny=True)
    assert rows_of(tmp_path)["memory"][2:4] == ["1x", "tiny run"]
