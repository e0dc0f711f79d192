"""What `meddx deid` reports: what was done to which attributes and where text was masked, and none of their values.

Names of originals are told only for those that were not copied: a list of both names would undo the pseudonyms.
"""

from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from meddx.config import RESEARCH_USE
from meddx.errors import Refused
from meddx.imaging.deidentification.clean_dataset import Changes
from meddx.imaging.deidentification.deidentify import Deidentified
from meddx.imaging.deidentification.profile import Options
from meddx.types import JSON

MOST_LINES = 20
"""Attributes that the text names; JSON names all."""


@dataclass
class Report:
    """What was done, file by file. keyed: whether another run can give the same pseudonyms; writing: no dry run."""

    options: Options
    keyed: bool
    writing: bool
    copies: list[JSON] = field(default_factory=list)
    refused: list[JSON] = field(default_factory=list)
    left_out: list[JSON] = field(default_factory=list)
    changes: Changes = field(default_factory=Counter)

    def add(self, path: Path, result: Deidentified) -> None:
        """Note a copy at `path` below OUT."""
        boxes = [asdict(box) for box in result.boxes]
        self.copies.append({"path": path.as_posix(), "masked": boxes, "hints": list(result.hints)})
        self.changes.update(result.changes)

    def add_refusal(self, name: str, refused: Refused) -> None:
        """Note a file that was not copied: a DICOMDIR is left out on purpose, anything else was refused."""
        listed = self.left_out if refused.rule == "dicomdir" else self.refused
        listed.append({"source": name, "rule": refused.rule, "reason": refused.reason})

    def json(self) -> JSON:
        """Return the report as one JSON document."""
        attributes: dict[str, dict[str, int]] = {}
        for (name, change), count in sorted(self.changes.items()):
            attributes.setdefault(name, {})[change] = count
        return {
            "n": len(self.copies) + len(self.refused) + len(self.left_out),
            "n_copied": len(self.copies),
            "n_refused": len(self.refused),
            "written": self.writing,
            "options": asdict(self.options),
            "same_pseudonyms_in_other_runs": self.keyed,
            "copies": self.copies,
            "refused": self.refused,
            "left_out": self.left_out,
            "attributes": attributes,
        }

    def text(self) -> str:
        """Return the report as lines to read."""
        masked = sum(bool(copy["masked"]) for copy in self.copies)
        verb = "copied" if self.writing else "would be copied"
        lines = [f"{len(self.copies)} {verb}, {len(self.refused)} refused, {len(self.left_out)} left out"]
        lines += [f"{one['source']}: {one['rule']}. {one['reason']}" for one in (*self.refused, *self.left_out)]
        if self.options.burned_in == "mask":
            lines.append(
                f"Text was masked in {masked}; look at these:" if masked else "No text was found in the pixels."
            )
            lines += [f"  {copy['path']}: {len(copy['masked'])} places" for copy in self.copies if copy["masked"]]
        if self.options.burned_in == "keep":
            lines.append("The pixels were not searched for text.")
        lines += [f"  {count} x {name} {change}" for (name, change), count in self.changes.most_common(MOST_LINES)]
        if len(self.changes) > MOST_LINES:
            lines.append(f"  and {len(self.changes) - MOST_LINES} more kinds of change; --json lists all")
        if not self.keyed:
            lines.append("Pseudonyms hold for this run alone; --key-file FILE gives the same ones again.")
        return "\n".join([*lines, RESEARCH_USE])
