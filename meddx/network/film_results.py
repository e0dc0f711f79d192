"""Ask an engine about one film and write what it says as DICOM objects."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from meddx.engine.contract import QUICK_MAP_CHECK, Engine
from meddx.errors import MeddxError, Refused
from meddx.evaluate.recorded_coverage import recorded_coverage
from meddx.explain.colour_scale import shows_evidence
from meddx.explain.map_check.check_words import NOTHING_MARKED_RULE, check_word
from meddx.export.case_facts import CaseFacts
from meddx.export.dicom_results.result_files import ResultFiles, require_dicom_results, result_files
from meddx.imaging.patient_facts import patient_facts
from meddx.imaging.source_header import source_header
from meddx.model.card import Label
from meddx.model.registry import InstalledModel
from meddx.types import DrawableImage, Explanation, MapCheck, Prediction, Refusal

GRAD_CAM = "grad-cam"
"""The method whose maps come with every prediction."""
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class ResultChoices:
    """What a result holds. method: of the heat maps. check: kind of job that checks them. area, report: whether the
    highlighted areas and the one-page report are wanted too.
    """

    method: str = GRAD_CAM
    check: str = QUICK_MAP_CHECK
    area: bool = False
    report: bool = False


def film_results(
    engine: Engine,
    data: bytes,
    model: InstalledModel,
    frame: int = 0,
    choices: ResultChoices | None = None,
    *,
    prediction: Prediction | None = None,
) -> ResultFiles:
    """Return the objects that say what a model finds on one frame of a DICOM file.

    prediction: what the model said already, None to ask it: asked twice, in batches of other sizes, its numbers differ
    in the last digits. The heat map of every finding is checked, and drawn unless it failed; of a film without findings
    none is drawn. Raises Refused where the file, its header or the model's card does not allow an answer, and what the
    engine raises.
    """
    choices = choices or ResultChoices()
    require_dicom_results()
    header = source_header(data, frame)
    prediction = prediction or engine.predict(data, model.card.key, frame)
    drawn = engine.image(data, frame)
    explanation = prediction.explanation
    if choices.method != GRAD_CAM:
        explanation = engine.explain(data, model.card.key, choices.method, frame)
    asked = {"data": data, "frame": frame, "model": model.card.key, "method": explanation.method}
    if choices.check == QUICK_MAP_CHECK:
        asked["maps"] = explanation.maps
    checks = _checks(engine, choices.check, asked, prediction.findings)
    facts = _facts(model, prediction, drawn, data)
    cases = answered_cases(facts, explanation, checks)
    return result_files(header, cases, segmentation=choices.area, report=choices.report)


def answered_cases(facts: CaseFacts, explanation: Explanation, checks: dict[str, MapCheck]) -> list[CaseFacts]:
    """Return the facts for each finding whose map shows evidence, the most probable first; its map unless that failed.

    facts: of the image, whichever label. checks: by label. Without such a finding, the facts without a map.
    """
    probability = facts.answer.probabilities
    labels = sorted(_marked(facts, explanation), key=lambda label: -probability[label.name])
    cases = []
    for label in labels:
        check = checks.get(label.name)
        reliable = check is not None and check_word(check) != "failed"
        cases.append(replace(facts, label=label, explanation=explanation if reliable else None, check=check))
    return cases or [replace(facts, explanation=None, check=None)]


def _facts(model: InstalledModel, prediction: Prediction, drawn: DrawableImage, data: bytes) -> CaseFacts:
    card = model.card
    found = [label for label in card.labels if label.name in prediction.findings]
    first = max(found or card.labels, key=lambda label: prediction.probabilities[label.name])
    return CaseFacts(
        card,
        prediction,
        drawn,
        hashlib.sha256(data).hexdigest(),
        first,
        coverage=recorded_coverage(model.folder, card),
        identity=patient_facts(data),
    )


def _marked(facts: CaseFacts, explanation: Explanation) -> Sequence[Label]:
    """Return the findings whose map shows evidence; that a disease is absent has no place on the image."""
    findings = facts.answer.findings
    labels = [label for label in facts.card.labels if label.name in findings and not label.absence]
    return [label for label in labels if shows_evidence(explanation, label.name)]


def _checks(engine: Engine, kind: str, asked: Mapping[str, Any], findings: Sequence[str]) -> dict[str, MapCheck]:
    """Return the check of the map of each finding, by label; of none whose map marks nothing."""
    outcomes = {label: _job(engine, kind, {**asked, "label": label}) for label in findings}
    return {label: outcome for label, outcome in outcomes.items() if isinstance(outcome, MapCheck)}


def _job(engine: Engine, kind: str, arguments: Mapping[str, Any]) -> object:
    """Return the result of a job, None where there was nothing to check. Raises Refused and MeddxError."""
    try:
        id = engine.start(kind, arguments)
        while not (status := engine.job(id)).ended:
            time.sleep(_POLL_SECONDS)
    except Refused as refused:  # of the engine at present, not of the film: too many jobs wait, or it has lost this one
        raise MeddxError(refused.reason) from None
    if status.state == "done":
        return status.result
    if isinstance(status.result, Refusal):
        if status.result.rule == NOTHING_MARKED_RULE:
            return None
        raise Refused(status.result.rule, status.result.reason)
    raise MeddxError(f"The heat map could not be checked: {status.message}")
