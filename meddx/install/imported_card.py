"""Write the first card of a model that was added from a file: what the file says, and unknown for the rest."""

import hashlib
from pathlib import Path

from meddx.install.choices import SettledModel
from meddx.install.tried_preprocessing import Preprocessing
from meddx.model.card import Accepts, Card, ExplainedLayer, Input, IntendedUse, Label, Weights
from meddx.model.importing.found_model import FoundModel
from meddx.model.importing.prepare import PreparedNetwork

FIRST_VERSION = "1.0.0"


def imported_card(
    id: str,
    title: str | None,
    found: FoundModel,
    model: SettledModel,
    prepared: PreparedNetwork,
    *,
    way: Preprocessing,
    weights: Path,
) -> Card:
    """Return the card of an added model before any labelled image was seen. weights: the prepared network's file."""
    height, width = model.input
    backbone = found.architecture or "Keras network"
    return Card(
        id=id,
        version=FIRST_VERSION,
        title=title or id,
        summary="Added from a Keras model file.",
        architecture=backbone,
        task="exclusive" if model.exclusive else "multilabel",
        labels=tuple(Label(name=name, title=_title(name), absence=name in model.absent) for name in model.labels),
        input=Input(
            height=height,
            width=width,
            channels=found.channels,
            low=prepared.low,
            high=prepared.high,
            resize=way.resize,
            scaling=way.scaling,
            channel_order=way.channel_order if found.channels == 3 else None,
        ),
        accepts=Accepts(modality=(), body_part=()),
        explained=ExplainedLayer(layer=prepared.explained_layer),
        metrics=(),
        use=IntendedUse(
            intended="Not stated by whoever added the model.",
            not_for="Decisions about patients: nobody has stated what the model may be used for.",
            known_failures=(),
        ),
        weights=Weights(
            file=weights.name,
            sha256=hashlib.sha256(weights.read_bytes()).hexdigest(),
            keras=_keras_version(),
            parameters=prepared.network.count_params(),
        ),
    )


def _title(name: str) -> str:
    """Return a label's name for readers: "viral_pneumonia" becomes "Viral pneumonia"."""
    plain = name.replace("_", " ").strip()
    return plain[:1].upper() + plain[1:]


def _keras_version() -> str:
    import keras

    return str(keras.__version__)
