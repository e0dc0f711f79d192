"""What `meddx evaluate --predictions` makes of every file in a folder of score files, as a Markdown table.

python -m studies.table_cases FOLDER [--out docs/table-cases.md]

Files whose names end in _A and _B are also compared, with a non-inferiority margin of 0.001.
"""

import argparse
import contextlib
import io
import json
import sys
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from meddx import cli

KINDS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".pq")
HEAD = ("file", "n", "patients", "labels", "AUROC (95 % interval)", "scale", "truth; patient", "warnings or refusal")


def main() -> int:
    """Write the table; 1 where some command failed without a refusal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    paths = sorted(path for path in arguments.folder.iterdir() if path.suffix.lower() in KINDS)
    rows = [_evaluated(path) for path in paths]
    pairs = [(path, path.with_name(path.name.replace("_A", "_B"))) for path in paths if path.stem.endswith("_A")]
    text = "\n".join(
        [
            "# Score files as other tools write them",
            "",
            "Made by `python -m studies.table_cases FOLDER --out docs/table-cases.md`: `meddx evaluate --predictions "
            "FILE --json` on every file, without further options.",
            "",
            *_table(HEAD, rows),
            "",
            "`meddx compare --predictions A,B --margin 0.001 --json`:",
            "",
            *_table(("files", "difference in AUROC", "non-inferiority"), [_compared(a, b) for a, b in pairs]),
            "",
        ]
    )
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")
    else:
        print(text)
    return int(any("Traceback" in row[-1] for row in rows))


def _run(*arguments: str) -> tuple[dict[str, Any] | None, str]:
    """The document that a command prints, and what it says of errors."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            cli.main([*arguments, "--json"])
        except Exception as error:  # a fault of ours: the table must show it
            return None, f"Traceback: {type(error).__name__}"
    return (json.loads(out.getvalue()) if out.getvalue() else None), err.getvalue().strip()


def _evaluated(path: Path) -> list[str]:
    found, said = _run("evaluate", "--predictions", str(path))
    if found is None:
        return [path.name, "", "", "", "", "", "", said.removeprefix("meddx evaluate: ")]
    areas = "; ".join(_interval(found["per_label"][label]["auroc"]) for label in found["labels"])
    columns = found["columns"]
    truth = columns["truth"] if isinstance(columns["truth"], str) else ", ".join(columns["truth"].values())
    return [
        path.name,
        str(found["n"]),
        str(found["n_patients"]),
        ", ".join(found["labels"]),
        areas,
        columns["scale"],
        f"{truth}; {columns['patient'] or 'none'}",
        " ".join(found["warnings"]),
    ]


def _compared(a: Path, b: Path) -> list[str]:
    found, said = _run("compare", "--predictions", f"{a},{b}", "--margin", "0.001")
    if found is None:
        return [f"{a.name}, {b.name}", "", said]
    area = next(one for one in found["pairs"] if one["metric"] == "auroc")
    shown = [f"{one['a']} against {one['b']}: {json.dumps(one['shown'])}" for one in found["non_inferiority"]]
    return [f"{a.name}, {b.name}", _interval(area | {"value": area["difference"]}), "; ".join(shown)]


def _interval(number: dict[str, Any]) -> str:
    value, low, high = (number[name] for name in ("value", "low", "high"))
    if value is None:
        return "not defined"
    return f"{value:.4f}" + (f" ({low:.4f} to {high:.4f})" if low is not None else "")


def _table(head: tuple[str, ...], rows: list[list[str]]) -> list[str]:
    """Lines of Markdown."""
    lines = [list(head), ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


if __name__ == "__main__":
    sys.exit(main())
