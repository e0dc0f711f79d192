import json
import xml.etree.ElementTree as ET

import pytest

from benchmarks.cost_fit import fitted
from studies import cost_model
from studies.cost_chart import PANELS, chart


def series(counts, x, lines):
    """Points that lie on lines, cost -> (fixed, slope), but for a thousandth."""
    costs = {
        cost: [(fixed + slope * one) * (1.001 if at % 2 else 0.999) for at, one in enumerate(x)]
        for cost, (fixed, slope) in lines.items()
    }
    fits = {cost: fitted(x, y).as_json() for cost, y in costs.items()}
    return {"counts": counts, "x": x, "costs": costs, "fits": fits}


SESSIONS = {
    "MiB, web": (200, 10),
    "MiB, engine": (900, 20),
    "core-seconds of a film, web": (0.3, 0),
    "core-seconds of a film, engine": (0.6, 0),
    "core-seconds of a click, web": (0.021, 0),
    "core-seconds of a click, engine": (0.002, 0),
}


def measured():
    """Of a film of 5.12 megapixels 0.1 s are reading, 0.05 s the network, and 0.01 s the maps of 11 more labels."""
    found = {
        "image": series("megapixels", [0.05, 0.2, 0.85, 3.4, 13.6] * 2, {"core-seconds": (0.001, 0.099 / 5.12)}),
        "batch": series("inputs", [1, 2, 4, 8] * 2, {"core-seconds": (0.08, 0.04)}),
        "labels": series("labels", [1, 4, 16, 64] * 2, {"core-seconds": (0.05, 0.01 / 11)}),
        "films": series("films", [100, 1000, 10000] * 2, {"core-seconds": (2, 0.06), "MiB": (200, 0.002)}),
        "sessions": series("sessions", [1, 2, 4, 8, 16, 32] * 2, SESSIONS),
    }
    return {
        "tiny": False,
        "ended": "2026-12-01T00:00:00+00:00",
        "machine": "2 cores",
        "load_at_the_end": [1.0, 1.0, 1.0],
        "data": {"model": "chest", "labels": 3, "cores": 2, "film_size": [512, 416], "series": found},
    }


def number(page, name):
    """The value of a row."""
    line = next(line for line in page.splitlines() if line.startswith(f"| {name} |"))
    return pytest.approx(float(line.split(" | ")[1].split()[0].replace(",", "")), rel=0.01)


def test_ten_million_films_cost_what_the_lines_say():
    page = cost_model.page(measured())
    assert number(page, "together") == 0.16
    assert number(page, "work") == 1e7 * 0.16 / 3600
    assert number(page, "cores that do it in a day") == 1e7 * 0.16 / 86400
    assert number(page, "memory of the process that asks, on the line of films") == (200 + 1e7 * 0.002) / 1024


def test_a_thousand_sessions_cost_what_the_lines_say():
    page = cost_model.page(measured())
    # Each opens a film every 30 s and clicks every 2 s.
    assert number(page, "cores of web processes") == 1000 * (0.3 / 30 + 0.021 / 2)
    assert number(page, "cores of engines") == 1000 * (0.6 / 30 + 0.002 / 2)
    assert number(page, "memory of the web process") == (200 + 1000 * 10) / 1024
    assert number(page, "sessions that one web process, which is one core, carries") == 48


def test_a_tiny_run_makes_no_page(tmp_path):
    path = tmp_path / "result.json"
    path.write_text(json.dumps(measured() | {"tiny": True}))
    with pytest.raises(ValueError, match="tiny"):
        cost_model.usable(path)


def test_a_run_without_sessions_makes_no_page(tmp_path):
    result = measured()
    del result["data"]["series"]["sessions"]
    path = tmp_path / "result.json"
    path.write_text(json.dumps(result))
    with pytest.raises(ValueError, match="lacks lines through sessions"):
        cost_model.usable(path)


def test_no_result_makes_no_page(tmp_path):
    with pytest.raises(ValueError, match="There is no"):
        cost_model.usable(tmp_path / "result.json")


def test_the_chart_is_an_svg_file_with_every_point():
    series = measured()["data"]["series"]
    drawn = ET.fromstring(chart(series))
    points = drawn.findall(".//{http://www.w3.org/2000/svg}circle")
    assert len(points) == sum(len(series[name]["x"]) for name, *_ in PANELS)
