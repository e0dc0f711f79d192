"""Add a user's own model: from its file, a person's choices and, best, a labelled set to a complete model folder."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.card_metrics import Measured
from meddx.evaluate.input_chunks import in_chunks
from meddx.evaluate.sets.inspection import confine, inspect_set
from meddx.evaluate.sets.labelled_set import Decoding, LabelledSet
from meddx.evaluate.sets.open_set import open_set, set_reading
from meddx.imaging.read_image import read_image
from meddx.install import data_checks, network_checks
from meddx.install.calibrate_on_set import NEEDS_IMAGES, CalibratedModel, calibrate_on_set
from meddx.install.calibration import WEIGHTS_FILE
from meddx.install.card_file import write_card
from meddx.install.choices import AddChoices, SettledModel, model_id, output_used, settle
from meddx.install.import_report import ImportCheck, ImportReport, write_report
from meddx.install.imported_card import imported_card
from meddx.install.known_images import write_digests
from meddx.install.new_folder import check_free, new_folder
from meddx.install.preprocessing_search import compare_preprocessing
from meddx.install.progress_report import CallbackReport, StageReport
from meddx.install.survey import SurveyedSet, survey
from meddx.install.tried_preprocessing import Preprocessing, PreprocessingComparison, best_of
from meddx.model.card import Card
from meddx.model.importing.describe_file import describe_file
from meddx.model.importing.found_model import FoundModel
from meddx.model.importing.prepare import prepare_network
from meddx.model.loading import LoadedModel, load_model
from meddx.types import Progress, Refusal, no_progress

CHECKED_IMAGES = 8
"""Images that the network is checked on."""
WITHOUT_DATA = (
    "No labelled images were given. To calibrate the model on some: python -m meddx model recalibrate {} --data FOLDER"
)
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class AddedModel:
    """A model that was added. folder: of the installed model; measured: on the test part of the labelled set.

    measured_before: of a model calibrated anew, the version before on the same cases. left_out: case id -> why the
    image was not used; of the set's reader alone, and kept nowhere.
    """

    folder: Path
    card: Card
    report: ImportReport
    measured: tuple[Measured, ...] = ()
    measured_before: tuple[Measured, ...] = ()
    left_out: Mapping[str, Refusal] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenedSet:
    """A labelled set of a user.

    path, classes, label_columns: as meddx.evaluate.sets.inspection.SetInspection has them. roots: as in AddChoices.
    decode: reads its images.
    """

    path: Path
    classes: dict[str, int]
    label_columns: tuple[str, ...] = ()
    roots: tuple[Path, ...] | None = None
    decode: Decoding = read_image


def open_classes(choices: AddChoices, decode: Decoding = read_image) -> OpenedSet | None:
    """Return the labelled set of the choices with its classes, None without one. Raises Refused."""
    return None if choices.data is None else open_labelled(choices.data, choices.roots, decode)


def open_labelled(data: Path, roots: tuple[Path, ...] | None = None, decode: Decoding = read_image) -> OpenedSet:
    """Return the labelled set in a folder or file with its classes. roots, decode: as in OpenedSet. Raises Refused."""
    if not data.exists():
        raise Refused(
            "no-set", "The labelled set does not exist; name a folder, a CSV file or a NumPy archive (--data)."
        )
    inspected = inspect_set(data)
    return OpenedSet(inspected.path, inspected.classes, inspected.label_columns, roots, decode)


def compare_for(
    file: Path, choices: AddChoices, progress: Progress = no_progress, decode: Decoding = read_image
) -> PreprocessingComparison | None:
    """Return how well each preprocessing suits the model on the labelled set, for a person to choose from.

    None without a labelled set. decode: as in add_model. Raises Refused as add_model does.
    """
    opened = open_classes(choices, decode)
    if opened is None:
        return None
    found = describe_file(file)
    model = settle(found, choices, opened.classes)
    report = CallbackReport(progress)
    surveyed = survey(labelled_images(opened, model.labels, model.classes, model.exclusive), report)
    return _compared(file, found, model, surveyed=surveyed, choices=choices, report=report)


def add_model(
    file: Path,
    choices: AddChoices,
    models: Path,
    progress: Progress = no_progress,
    compared: PreprocessingComparison | None = None,
    *,
    decode: Decoding = read_image,
) -> AddedModel:
    """Write the model in `file` as a folder of `models` and return it with the report of its checks.

    compared: what compare_for found for the same file, set and labels, so that it is not compared again.
    decode: reads the labelled images, in a process of its own where somebody else sent them.

    Scaling and resize that the choices leave open are the best of the comparison on the labelled set. Without a set the
    model answers with raw scores, and its card knows no thresholds. Nothing existing is overwritten, and nothing is
    left where the work is stopped: `progress` may raise. Raises Refused for a file that cannot be used, a question that
    only a person can answer, naming the option, an id that is taken, and a set that cannot be read.
    """
    report = CallbackReport(progress)
    id = check_new(file, choices.id, models)
    progress(0, 0, "reading the model file")
    found = describe_file(file)
    opened = open_classes(choices, decode)
    model = settle(found, choices, opened.classes if opened else ())
    surveyed = survey(labelled_images(opened, model.labels, model.classes, model.exclusive), report) if opened else None
    comparison = compared
    if surveyed is not None and comparison is None:
        comparison = _compared(file, found, model, surveyed=surveyed, choices=choices, report=report)
    way = _preprocessing(found, choices, comparison)
    progress(0, 0, "preparing the network")
    prepared = prepare_network(file, model.import_choices(way.scaling, way.channel_order))
    with new_folder(models, id) as folder:
        weights = folder / WEIGHTS_FILE
        prepared.network.save(weights)
        card = imported_card(id, choices.title, found, model, prepared, way=way, weights=weights)
        write_card(folder, card)
        loaded = load_model(folder)
        inputs = network_inputs(card, surveyed)
        checks = [
            _scanned(found),
            network_checks.check_reproduction(prepared.original, prepared.network, inputs),
            *network_checks.check_network(folder, loaded, inputs),
        ]
        reading = set_reading(opened.path, model.labels) if opened else ""
        notes = tuple(dict.fromkeys(filter(None, (*found.notes, *prepared.notes, output_used(found, model), reading))))
        about = ImportReport(id, card.version, found.sha256, found.size, found.format, found.keras, notes, ())
        measured: tuple[Measured, ...] = ()
        if surveyed is None or comparison is None:
            answers = network_checks.raw_answers(loaded, inputs)
            checks.append(network_checks.check_outputs(answers, model.labels, None))
            if twice := data_checks.scaled_twice(found, way.scaling):
                checks.append(ImportCheck("scaling", "Scaling suits the network", "failed", twice))
            about = replace(about, unknown=dict.fromkeys(NEEDS_IMAGES, WITHOUT_DATA.format(id)))
        else:
            set_name = choices.set_name or name_of_set(choices.data)
            calibrated = calibrate_on_set(
                loaded, surveyed, folder, set_name=set_name, rule=choices.rule, coverage=choices.coverage,
                seed=choices.seed, report=report,
            )  # fmt: skip
            card, measured = calibrated.card, calibrated.measured
            write_card(folder, card)
            write_digests(folder, calibrated.digests, card.weights.sha256)
            checks += checks_on_set(loaded, surveyed, calibrated)
            checks += data_checks.check_preprocessing(
                comparison, way, found, scaling_stated=choices.scaling is not None
            )
            about = replace(with_set(about, surveyed, calibrated, set_name), preprocessing=comparison)
        about = replace(about, checks=tuple(checks))
        write_report(folder, about)
    return AddedModel(models / id, card, about, measured, left_out=surveyed.refused if surveyed else {})


def check_new(file: Path, id: str | None, models: Path) -> str:
    """Return the id of a model to add, made from the file's name where none is given.

    Raises Refused where it is none, or is taken.
    """
    new = id or model_id(file)
    check_id(new)
    check_free(models, new)
    return new


def check_id(id: str) -> None:
    """Raise Refused for what cannot be a model's id, which is its folder's name."""
    if not _ID.fullmatch(id):
        raise Refused("id", f"{id!r:.60} is no id of a model; use lower-case letters, digits and dashes (--id).")


def labelled_images(
    opened: OpenedSet, labels: tuple[str, ...], classes: Mapping[str, str], exclusive: bool
) -> LabelledSet:
    """Return the images of a set with the model's labels. classes: the set's name of a class -> label.

    exclusive: whether exactly one label is true of each image. Raises Refused, naming the row, where it is not, and for
    an image outside the set's roots.
    """
    images = open_set(opened.path, labels, classes).decoded_by(opened.decode)
    if opened.roots is not None:
        confine(images, opened.roots)
    for row, case in enumerate(images.cases, start=1):
        if exclusive and len(case.labels) != 1:
            raise Refused(
                "several-labels",
                f"Row {row} of the set has {len(case.labels)} labels, and exactly one of this model's is true of an "
                "image; correct the row, or add the model as multi-label.",
            )
    return images


def name_of_set(path: Path | None) -> str:
    """Return the name of a labelled set for the card: that of its folder or file."""
    return "a labelled set" if path is None else path.resolve().stem


def network_inputs(card: Card, surveyed: SurveyedSet | None) -> NDArray[np.float32]:
    """Return inputs (n, height, width, channels) to check a network on: images of the set, or noise and slopes."""
    if surveyed is not None:
        spaced = np.linspace(0, len(surveyed.images) - 1, CHECKED_IMAGES).round().astype(np.intp)
        return next(in_chunks(surveyed.images.subset(np.unique(spaced)), card.input))
    size = card.input
    shape = (size.height, size.width, size.channels)
    slope = np.broadcast_to(np.linspace(0, 1, size.width, dtype=np.float32)[:, np.newaxis], shape)
    noise = np.random.default_rng(0).random((CHECKED_IMAGES - 4, *shape), np.float32)
    images = np.concatenate([noise, np.stack([slope, slope[:, ::-1], np.full(shape, 0.2), np.full(shape, 0.8)])])
    return (size.low + (size.high - size.low) * images).astype(np.float32)


def checks_on_set(loaded: LoadedModel, surveyed: SurveyedSet, calibrated: CalibratedModel) -> list[ImportCheck]:
    """Return the checks of a network's answers on a labelled set. loaded: with the card as it was before."""
    raw, targets = calibrated.raw(loaded.card), calibrated.targets
    labels = tuple(label.name for label in loaded.card.labels)
    exclusive = loaded.card.task == "exclusive"
    right = float(targets[np.arange(len(raw)), raw.argmax(axis=1)].mean()) if exclusive else None
    temperature = calibrated.card.calibration
    return [
        network_checks.check_outputs(raw, labels, right),
        data_checks.check_label_order(raw, targets, labels),
        data_checks.check_copies(surveyed),
        *([] if temperature is None else [data_checks.check_temperature(temperature)]),
    ]


def with_set(report: ImportReport, surveyed: SurveyedSet, calibrated: CalibratedModel, set_name: str) -> ImportReport:
    """Return the report with what was used of the labelled set, and what it could not tell."""
    return replace(
        report,
        set_name=set_name,
        images=len(surveyed.images),
        patients=len(set(surveyed.images.groups)),
        calibration=len(calibrated.calibration) if calibrated.calibration else 0,
        test=len(calibrated.test),
        refused=dict(surveyed.refused_rules),
        unknown=calibrated.unknown,
    )


def _compared(
    file: Path,
    found: FoundModel,
    model: SettledModel,
    *,
    surveyed: SurveyedSet,
    choices: AddChoices,
    report: StageReport,
) -> PreprocessingComparison:
    given = (choices.scaling,) if choices.scaling is not None else ()
    return compare_preprocessing(
        file, found, model, surveyed, report,
        scalings=given, channel_order=choices.channel_order, seed=choices.seed,
    )  # fmt: skip


def preprocessing_of(choices: AddChoices, comparison: PreprocessingComparison) -> Preprocessing:
    """Return the chosen preprocessing; what the choices leave open is the best of the comparison."""
    given = choices.scaling, choices.resize, choices.channel_order
    left = tuple(
        one
        for one in comparison.tried
        if all(said in (None, tried) for said, tried in zip(given, one.way, strict=True))
    )
    best = best_of(left or comparison.tried).way
    return Preprocessing(
        choices.scaling or best.scaling, choices.resize or best.resize, choices.channel_order or best.channel_order
    )


def _preprocessing(found: FoundModel, choices: AddChoices, comparison: PreprocessingComparison | None) -> Preprocessing:
    """Return the chosen preprocessing, else the best of the comparison; without one the choices say it."""
    if comparison is not None:
        return preprocessing_of(choices, comparison)
    if choices.resize is None:
        raise Refused("open-question", "Without labelled images nobody can tell how to resize; type --resize.")
    return Preprocessing(choices.scaling or found.scalings[0], choices.resize, choices.channel_order or "rgb")


def _scanned(found: FoundModel) -> ImportCheck:
    parts = "operations of which Keras has layers" if found.format == "savedmodel" else "Keras' own layers and weights"
    words = f"{found.size:,} bytes, SHA-256 {found.sha256}; nothing in it but {parts}."
    return ImportCheck("file scan", "The file was scanned before it was read", "passed", words)
