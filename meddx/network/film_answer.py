"""Let a model answer every frame of a film: DICOM objects for the PACS, and in short what it says, for the worklist."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from meddx.engine.contract import Engine
from meddx.errors import Refused
from meddx.explain.map_record import method_named
from meddx.model.registry import InstalledModel
from meddx.network.film_attributes import film_attributes
from meddx.network.film_results import ResultChoices, film_results
from meddx.network.node_config import NodeRule
from meddx.network.node_database import AnsweredLabel
from meddx.types import Prediction

_SHORT, _REPORT = "answer.json", "findings.dcm"


def answer_files(
    engine: Engine, film: int, data: bytes, rule: NodeRule, model: InstalledModel
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file of the results of a film, as they are made.

    film: its number. Of several frames each is answered by itself, and one that the model refuses is left out. Raises
    Refused where it refuses every one or the film has more frames than the rule allows, and what the engine raises.
    """
    choices = ResultChoices(method_named(rule.method, model.folder, model.card), area=rule.area, report=rule.report)
    frames = film_attributes(data).frames
    if frames > rule.most_frames:
        raise Refused(
            "too-many-frames",
            f"The film has {frames:,} frames, and rule {rule.name} answers films of {rule.most_frames:,} at most: "
            "raise its most_frames, or open the film in Diagnose.",
        )
    labels, remarks, refusals = list[AnsweredLabel](), list[str](), list[Refused]()
    for frame in range(frames):
        place = f"Frame {frame + 1}: " if frames > 1 else ""
        try:
            prediction = engine.predict(data, model.card.key, frame)
            results = film_results(engine, data, model, frame, choices, prediction=prediction)
        except Refused as refused:
            refusals.append(refused)
            remarks.append(f"{place}{refused.reason}")
            continue
        labels += _labels(film, rule, model, frame, prediction)
        remarks += [f"{place}{remark}" for remark in results.left_out]
        for name, content in results.files.items():
            yield (f"{frame + 1:05d}-{name}" if frames > 1 else name), content
    if len(refusals) == frames:
        raise refusals[0]
    summary = {
        "remark": " ".join(remarks),
        "labels": [asdict(one) for one in labels],
        "version": model.card.version,
        "fingerprint": model.card.fingerprint,
    }
    yield _SHORT, json.dumps(summary).encode()


def read_answer(folder: Path) -> tuple[list[AnsweredLabel], str]:
    """Return what the results in a folder say of each label, and what was left out of them."""
    try:
        summary = json.loads((folder / _SHORT).read_bytes())
    except FileNotFoundError:  # of a version that did not write it
        return [], ""
    return [AnsweredLabel(**one) for one in summary["labels"]], summary["remark"]


def version_of(folder: Path) -> tuple[str, str]:
    """Return the version of the model whose results lie in a folder, and its card's fingerprint. Raises Refused."""
    try:
        summary = json.loads((folder / _SHORT).read_bytes())
        return summary["version"], summary["fingerprint"]
    except (FileNotFoundError, KeyError):  # removed, or of a meddx that did not write it
        raise Refused(
            "no-result",
            "The result that the opinion is on states no version of its model, and the opinion is in the records "
            "alone: films that the node reads from now on state it.",
        ) from None


def report_of(folder: Path, frame: int) -> tuple[bool, Path]:
    """Return whether a film has several frames, and the report on one of them. Raises Refused without one."""
    one, several = folder / _REPORT, folder / f"{frame + 1:05d}-{_REPORT}"
    if one.exists() or several.exists():
        return several.exists(), several if several.exists() else one
    raise Refused(
        "no-report", f"There is no result on frame {frame + 1} that the opinion could be on: have the film read again."
    )


def _labels(
    film: int, rule: NodeRule, model: InstalledModel, frame: int, prediction: Prediction
) -> list[AnsweredLabel]:
    titles = {label.name: label.title for label in model.card.labels}
    return [
        AnsweredLabel(
            film, rule.name, model.card.id, frame, name, titles[name], float(probability), prediction.is_calibrated,
            name in prediction.findings,
        )
        for name, probability in prediction.probabilities.items()
    ]  # fmt: skip
