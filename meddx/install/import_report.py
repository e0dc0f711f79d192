"""The report of how a model was added: what was found, what was tried and what was checked; kept in its folder."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from meddx.errors import Refused
from meddx.install.tried_preprocessing import PreprocessingComparison, TriedPreprocessing
from meddx.types import JSON

REPORT_FILE = "import-report.json"

CheckVerdict = Literal["passed", "warning", "failed", "not measured"]


@dataclass(frozen=True)
class ImportCheck:
    """One check. name: by which scripts find it. words: what was found and what to do, for the reader.

    values: the numbers behind it, by name.
    """

    name: str
    title: str
    verdict: CheckVerdict
    words: str
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportReport:
    """The report on one version of a model.

    file_sha256, file_size, format, keras: of the given file. notes: what was found in it, a sentence each.
    set_name: of the labelled set, None without; images: how many of it were used; refused: rule -> how many were left
    out; calibration and test: images of either part; patients: of both. unknown: what the card does not state -> why.
    """

    model: str
    version: str
    file_sha256: str
    file_size: int
    format: str
    keras: str
    notes: tuple[str, ...]
    checks: tuple[ImportCheck, ...]
    preprocessing: PreprocessingComparison | None = None
    set_name: str | None = None
    images: int = 0
    patients: int = 0
    calibration: int = 0
    test: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)

    @property
    def concerns(self) -> tuple[ImportCheck, ...]:
        """Return the checks that the reader must look at, failed ones first."""
        return tuple(
            check for verdict in ("failed", "warning") for check in self.checks if check.verdict == verdict
        )  # fmt: skip

    @property
    def unknown_by_reason(self) -> dict[str, str]:
        """Return what the card does not state, joined where the reason is the same -> why."""
        whats: dict[str, list[str]] = {}
        for what, why in self.unknown.items():
            whats.setdefault(why, []).append(what)
        return {", ".join(several): why for why, several in whats.items()}

    @property
    def of_patients(self) -> str:
        """Return " of 12 patients", nothing where every image counts as a patient of its own."""
        return f" of {self.patients:,} patients" if self.patients < self.images else ""

    def check(self, name: str) -> ImportCheck:
        """Return the check of this name. Raises KeyError where it was not made."""
        for one in self.checks:
            if one.name == name:
                return one
        raise KeyError(name)


def report_json(report: ImportReport) -> JSON:
    """Return the report as JSON."""
    return asdict(report)


def write_report(folder: Path, report: ImportReport) -> None:
    """Write the report into the model's folder."""
    text = json.dumps(report_json(report), indent=2, allow_nan=False)
    (folder / REPORT_FILE).write_text(text + "\n", encoding="utf-8")


def read_report(folder: Path) -> ImportReport | None:
    """Return the report in a model's folder, None where there is none.

    Raises Refused for a file that is no such report.
    """
    try:
        content: dict[str, Any] = json.loads((folder / REPORT_FILE).read_bytes())
        checks = tuple(ImportCheck(**one) for one in content.pop("checks"))
        tried = content.pop("preprocessing")
        comparison = None
        if tried is not None:
            ways = tuple(TriedPreprocessing(**one) for one in tried["tried"])
            comparison = PreprocessingComparison(tried["n"], ways, tried["same_shape"])
        notes = tuple(content.pop("notes"))
        return ImportReport(**content, notes=notes, checks=checks, preprocessing=comparison)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused(
            "not-a-report", f"{folder.name}/{REPORT_FILE} is no import report; add the model again."
        ) from error
