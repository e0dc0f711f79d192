"""Predict on paper what 10,000,000 films and 1,000 sessions cost, from the lines that `benchmarks.cost_model` measured.

    python -m studies.cost_model > docs/cost-model.md

Reads benchmarks/results/cost_model.json, or the file that is named, and draws the lines beside the page, in
docs/images/cost-model.svg (`--chart FILE`). A tiny run or one that lacks a series makes no page.
"""

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any

from benchmarks.cost_fit import Between, Fit, fit_of
from benchmarks.report import markdown
from meddx.config import ROOT, max_held_bytes
from studies.cost_chart import chart

RESULT = ROOT / "benchmarks" / "results" / "cost_model.json"
CHART = ROOT / "docs" / "images" / "cost-model.svg"
NEEDED = ("image", "batch", "labels", "films", "sessions")

FILMS, SESSIONS = 10_000_000, 1000
ROWS, COLUMNS, BYTES, LABELS = 2500, 2048, 2, 14
"""The film that is reckoned with, uncompressed, and the labels of the model that answers it."""
CLICK_SECONDS, FILM_SECONDS = 2.0, 30.0
"""How often a reader of a session clicks and opens a new film."""
DAY = 86_400


def main() -> None:
    """Print the page and write the chart."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("result", type=Path, nargs="?", default=RESULT)
    parser.add_argument("--chart", type=Path, default=CHART)
    arguments = parser.parse_args()
    try:
        result = usable(arguments.result)
    except ValueError as error:
        sys.exit(str(error))
    arguments.chart.parent.mkdir(parents=True, exist_ok=True)
    arguments.chart.write_text(chart(result["data"]["series"]), encoding="utf-8")
    print(page(result))


def usable(path: Path) -> dict[str, Any]:
    """Return a result that a page may be made of. Raises ValueError, whose text says why there is none."""
    if not path.is_file():
        raise ValueError(f"There is no {path}: run python -m benchmarks.cost_model on a quiet machine.")
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if result["tiny"]:
        raise ValueError(f"{path} is of a tiny run, of which no number counts: run it without --tiny.")
    series = result["data"]["series"]
    missing = [name for name in NEEDED if not series.get(name, {}).get("fits")]
    if missing:
        raise ValueError(f"{path} lacks lines through {', '.join(missing)}: measure every series in one run.")
    return result


def page(result: dict[str, Any]) -> str:
    """Return the page, in Markdown."""
    data = result["data"]
    lines = {
        name: {cost: fit_of(fit) for cost, fit in series["fits"].items()} for name, series in data["series"].items()
    }
    parts = [
        "# What a film and a session cost",
        f"Predicted from straight lines through what was measured on {result['ended'][:10]} with `{data['model']}` "
        f"({result['machine']}; load average at the end {', '.join(map(str, result['load_at_the_end']))}). Generated "
        "by `python -m studies.cost_model` from what `python -m benchmarks.cost_model` measured, whose description "
        "says how. Intervals are 95 % intervals of a line; none says whether the line stays straight beyond what was "
        "measured, which is what every prediction below assumes.",
        "![What was measured, and the lines through it](images/cost-model.svg)",
        _coefficients(data["series"]),
        _film(lines, data),
        _films(lines, data),
        _sessions(lines, data),
    ]
    return "\n\n".join(parts)


def _coefficients(series: dict[str, Any]) -> str:
    rows = [
        (f"{name}: {cost}", said(fit.fixed_between()), said(fit.slope_between()), one["counts"], span(one["x"]))
        for name, one in series.items()
        for cost, fit in ((cost, fit_of(fit)) for cost, fit in one["fits"].items())
    ]
    return "## The lines\n\n" + markdown(("cost", "fixed", "for each more", "of", "measured from, to"), rows)


def film_cost(lines: dict[str, dict[str, Fit]], data: dict[str, Any]) -> dict[str, Between]:
    """Return the core-seconds of a film by their parts, reckoned for ROWS x COLUMNS pixels and LABELS labels."""
    batch = max(data["series"]["batch"]["x"])
    reading = lines["image"]["core-seconds"].at(ROWS * COLUMNS / 1e6)
    network = lines["batch"]["core-seconds"].at(batch).times(1 / batch)
    maps = lines["labels"]["core-seconds"].slope_between().times(max(LABELS - data["labels"], 0))
    return {
        "reading": reading,
        f"network, in batches of {batch:g}": network,
        f"{LABELS} labels in place of {data['labels']}": maps,
        "together": reading.plus(network).plus(maps),
    }


def _film(lines: dict[str, dict[str, Fit]], data: dict[str, Any]) -> str:
    batch = max(data["series"]["batch"]["x"])
    rows, columns = data["film_size"]
    network = lines["batch"]["core-seconds"].at(batch).times(1 / batch)
    parts = lines["image"]["core-seconds"].at(rows * columns / 1e6).plus(network)
    evaluated = lines["films"]["core-seconds"].slope_between()
    return (
        f"## A film\n\nOf {ROWS} x {COLUMNS} pixels, uncompressed, answered with the Grad-CAM of every label:\n\n"
        + markdown(("part", "core-seconds"), [(name, said(cost)) for name, cost in film_cost(lines, data).items()])
        + f"\n\nWhether parts add up: for the films of {rows} x {columns} that were evaluated they give {said(parts)} "
        f"core-seconds, and each of these took {said(evaluated)}, files to metrics."
    )


def _films(lines: dict[str, dict[str, Fit]], data: dict[str, Any]) -> str:
    whole = film_cost(lines, data)["together"].times(FILMS)
    held = lines["films"]["MiB"].at(FILMS).times(1 / 1024)
    size = FILMS * ROWS * COLUMNS * BYTES
    rows = [
        ("work", f"{said(whole.times(1 / 3600))} core-hours"),
        (f"on a machine of {data['cores']} cores like this one", f"{said(whole.times(1 / data['cores'] / DAY))} days"),
        ("cores that do it in a day", said(whole.times(1 / DAY))),
        ("memory of the process that asks, on the line of films", f"{said(held)} GiB"),
        ("the films themselves", f"{size / 1e12:.0f} TB, {size / DAY / 1e9:.2f} GB/s for a day"),
    ]
    machines = math.ceil(whole.value / DAY / data["cores"])
    changes = [
        f"For a day, {machines:,} machines like this one as nodes of a [cluster](cluster.md): the pieces do not hang "
        "on each other, so that work is divided by cores as long as storage keeps up.",
        f"Storage that gives {size / DAY / 1e9:.2f} GB/s, or films that are compressed, which cost more to read "
        "(`python -m benchmarks.reading`).",
        f"The predictions of all films are held together when the metrics are computed: on the line {held.value:.1f} "
        "GiB. Where that is more than the asking machine has, they have to be kept in a file and summed in parts.",
    ]
    return (
        f"## {FILMS:,} films\n\n" + markdown(("", ""), rows) + "\n\nWhat would have to change:\n\n" + bullets(changes)
    )


def _sessions(lines: dict[str, dict[str, Fit]], data: dict[str, Any]) -> str:
    of = lines["sessions"]
    most = max(data["series"]["sessions"]["x"])
    web, engine = (_cores(of, part, most) for part in ("web", "engine"))
    memory = {part: of[f"MiB, {part}"].at(SESSIONS).times(1 / 1024) for part in ("web", "engine")}
    carried = math.floor(SESSIONS / web.value)
    rows = [
        ("cores of web processes", said(web)),
        ("cores of engines", said(engine)),
        ("memory of the web process", f"{said(memory['web'])} GiB"),
        ("memory of the engine", f"{said(memory['engine'])} GiB"),
        ("sessions that one web process, which is one core, carries", f"{carried:,}"),
    ]
    held = SESSIONS * ROWS * COLUMNS * BYTES
    changes = [
        f"{math.ceil(SESSIONS / max(carried, 1)):,} web processes, behind a balancer that keeps a session where it "
        "began, since images are held in the memory of its process.",
        f"Engines on {math.ceil(engine.value):,} cores for them: one a machine, each with its web processes.",
    ]
    if held > max_held_bytes():
        changes.append(
            f"A film of each session is {held / 2**30:.1f} GiB, more than all sessions of a process may hold by "
            f"default ({max_held_bytes() / 2**30:.0f} GiB, `MEDDX_MAX_HELD_BYTES`)."
        )
    return (
        f"## {SESSIONS:,} sessions\n\nEach clicks every {CLICK_SECONDS:g} s and opens a new film every "
        f"{FILM_SECONDS:g} s; a film and a click cost what they did with {most:g} sessions, the most that were "
        "measured, and no more.\n\n"
        + markdown(("", ""), rows)
        + "\n\nWhat would have to change:\n\n"
        + bullets(changes)
    )


def _cores(of: dict[str, Fit], part: str, most: float) -> Between:
    """Return the cores that sessions keep busy, each as much as with the most that were measured."""
    film, click = (of[f"core-seconds of a {what}, {part}"].at(most) for what in ("film", "click"))
    return film.times(SESSIONS / FILM_SECONDS).plus(click.times(SESSIONS / CLICK_SECONDS))


def said(one: Between) -> str:
    """Return a value and its interval in words."""
    value, low, high = (f"{x:,.0f}" if abs(x) >= 100 else f"{x:.3g}" for x in (one.value, one.low, one.high))
    return f"{value} ({low} to {high})"


def span(x: list[float]) -> str:
    """Return the ends of what was measured."""
    return f"{min(x):,g} to {max(x):,g}"


def bullets(lines: list[str]) -> str:
    """Return a list."""
    return "\n".join(f"- {line}" for line in lines)


if __name__ == "__main__":
    main()
