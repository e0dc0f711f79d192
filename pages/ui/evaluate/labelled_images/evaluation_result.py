"""The Subject of an evaluation that is done."""

from datetime import datetime
from functools import partial
from io import BytesIO

import streamlit as st

from meddx.engine import local
from meddx.engine.contract import StoredJob
from meddx.errors import EngineUnavailable, Refused
from meddx.evaluate.label_grouping import group_labels
from meddx.evaluate.predictions import Predictions, read_predictions
from meddx.types import Refusal, StoredFrame
from pages.ui.common.installed_models import installed_models
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.labelled_images import class_mapping


def evaluation_result(job: StoredJob) -> EvaluatedSystem | Refusal:
    """What the evaluation found, by the card of the model that was measured; a Refusal where that is not here.

    Raises EngineUnavailable.
    """
    card = installed_models().cards.get(job.result["model"])
    if card is None or card.version != job.result["version"]:
        installed_now = f"{card.version} is installed" if card else "it is not installed"
        return Refusal(
            "other-version",
            f"{job.result['title']} {job.result['version']} was measured, and now {installed_now}. Thresholds belong "
            "to one version: install that one, or measure anew.",
        )
    try:
        predictions, refused = _read(job.id)
        grouping = group_labels(card, job.arguments["classes"])
    except Refused as refusal:
        return Refusal(refusal.rule, refusal.reason)
    titles = {label.name: label.title for label in card.labels}
    parts = {
        label: tuple(card.labels[column].name for column in members)
        for label, members in zip(grouping.labels, grouping.members, strict=True)
    }
    name = job.arguments.get("title") or "Own images"
    classes = class_mapping.mapping_text(job.arguments["classes"], titles)
    left_out = job.result["left_out"]
    return EvaluatedSystem(
        key=f"images {job.id}",
        title=f"{name}: {card.title}",
        cases="own images",
        predictions=predictions,
        exclusive=card.task == "exclusive" and bool((predictions.targets.sum(axis=1) == 1).all()),
        titles={label: " or ".join(titles[part] for part in of) for label, of in parts.items()},
        thresholds=grouping.thresholds,
        threshold_origin=grouping.threshold_origin,
        card=card,
        ordered=card.orders(predictions.labels),
        refused=refused,
        image=partial(_image, job.id),
        parts=parts,
        description={
            "Data": name,
            "Classes": classes + (f". {left_out:,} images were left out" if left_out else ""),
            "Measured": f"{datetime.fromtimestamp(job.ended).astimezone():%Y-%m-%d %H:%M %Z}",
            "Split": "Whether the model learned from any of these images or patients is not known here",
        },
    )


def _image(id: str, case: str) -> StoredFrame | Refusal:
    """One of its cases, while its file is there."""
    try:
        return local.engine().job_case(id, case)
    except Refused as refused:
        return Refusal(refused.rule, refused.reason)
    except EngineUnavailable as error:
        return Refusal("engine-unavailable", str(error))


@st.cache_resource(max_entries=16, show_spinner=False)
def _read(id: str) -> tuple[Predictions, dict[str, Refusal]]:
    """Read once for everybody: what is done does not change."""
    result = local.engine().job_result(id)
    return read_predictions(BytesIO(result.predictions)), result.refused
