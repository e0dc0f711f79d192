"""The goals of speed and memory, and the table that says which are met."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Goal:
    """Of a measure that a part measures: at most, or at least, a number. peer: without which there is none."""

    what: str
    part: str
    most: float | None = None
    least: float | None = None
    unit: str = "x"
    peer: str = ""

    def is_met(self, value: float) -> bool:
        """Return whether a value lies within."""
        return (self.most is None or value <= self.most) and (self.least is None or value >= self.least)

    @property
    def text(self) -> str:
        """Return the goal in words."""
        return f"at most {self.most:g}{self.unit}" if self.most is not None else f"at least {self.least:g}{self.unit}"


KERAS_VIS, PYTORCH, RAY = "tf-keras-vis", "PyTorch with pytorch-grad-cam", "Ray"

GOALS = {
    "one film": Goal(
        "prediction with Grad-CAM, one film, over the fastest forward pass of any engine", "prediction", most=1.10
    ),
    "batch": Goal("the same in batches of 16", "prediction", most=1.05),
    "against keras-vis": Goal(
        "prediction with Grad-CAM, times faster than tf-keras-vis", "prediction", least=30, peer=KERAS_VIS
    ),
    "against pytorch": Goal(
        "prediction with Grad-CAM, times faster than PyTorch with pytorch-grad-cam or Captum",
        "prediction",
        least=5,
        peer=PYTORCH,
    ),
    "smooth-grad": Goal(
        "SmoothGrad of 20 samples, one label, times faster than tf-keras-vis", "explanations", least=10, peer=KERAS_VIS
    ),
    "faster-score-cam": Goal(
        "Faster-Score-CAM of 10 masks, one label, times faster than tf-keras-vis",
        "explanations",
        least=4,
        peer=KERAS_VIS,
    ),
    "evaluation": Goal(
        "speed of evaluating 5,000 DICOM films, over the slower of reading and inference alone",
        "evaluating_films",
        least=0.9,
    ),
    "users, throughput": Goal("8 users at once: films a second, over the offline batch", "eight_users", least=0.9),
    "users, longest wait": Goal("8 users at once: longest wait, over the mean", "eight_users", most=2),
    "click": Goal("a light user's click while a batch job runs, over idle, p95", "click_beside_batch", most=2),
    "first paint": Goal("first paint, over an empty Streamlit app", "first_paint", most=1.3),
    "memory": Goal("server memory after 100,000 films, over after 1,000", "server_memory", most=1.1),
    "cluster": Goal(
        "Ray, two nodes of one core, 10,000 phantoms: speed over one process with two workers",
        "cluster",
        least=0.85,
        peer=RAY,
    ),
    "cluster, lost": Goal("answers that differ after a node was killed", "cluster", most=0, unit="", peer=RAY),
}
"""By the name of the measure."""

HEADER = ("measure", "goal", "measured", "met", "by", "on")


def goal_rows(folder: Path) -> list[list[str]]:
    """Return the rows of the table, from the results that lie in a folder."""
    return [_row(measure, goal, _result(folder / f"{goal.part}.json")) for measure, goal in GOALS.items()]


def _result(path: Path) -> dict | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _row(measure: str, goal: Goal, result: dict | None) -> list[str]:
    by = f"`python -m benchmarks {goal.part}`"
    if result is None:
        return [goal.what, goal.text, "not measured", "", by, ""]
    day = result["ended"][:10]
    found = [one for one in result["measured"] if one["measure"] == measure]
    if not found:
        why = result["not_measured"].get(goal.peer, "not in this run")
        return [goal.what, goal.text, f"not measured: {why}", "", by, day]
    values = "; ".join(_value(one["value"], one["of"], goal) for one in found)
    met = "tiny run" if result["tiny"] else _met([one["value"] for one in found], goal)
    return [goal.what, goal.text, values, met, by, day]


def _value(value: float, of: str, goal: Goal) -> str:
    return f"{value:.3g}{goal.unit}" + (f" ({of})" if of else "")


def _met(values: Sequence[float], goal: Goal) -> str:
    met = sum(goal.is_met(value) for value in values)
    return "yes" if met == len(values) else "no" if met == 0 else f"{met} of {len(values)}"
