"""Say which local cases a model is calibrated on anew, and how. No TensorFlow here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from meddx.install.choices import COVERAGE
from meddx.install.threshold_rules import YOUDEN_RULE, ThresholdRule


@dataclass(frozen=True)
class LocalCases:
    """What a person says of the cases to calibrate on; the fields are those of meddx.install.choices.AddChoices."""

    data: Path
    classes: Mapping[str, str] = field(default_factory=dict)
    set_name: str | None = None
    rule: ThresholdRule = YOUDEN_RULE
    coverage: float = COVERAGE
    seed: int = 0
    roots: tuple[Path, ...] | None = None
