"""Calibrate an installed model anew on local cases, as a new version; the earlier one is kept for comparison."""

from dataclasses import replace
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.card_metrics import Measured, measure
from meddx.evaluate.ood_detector import FEATURES_FILE
from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.evaluate.sets.class_names import label_of_class
from meddx.evaluate.sets.labelled_set import Decoding, LabelledSet
from meddx.imaging.read_image import read_image
from meddx.install.add_model import (
    AddedModel,
    checks_on_set,
    labelled_images,
    name_of_set,
    network_inputs,
    open_labelled,
    with_set,
)
from meddx.install.calibrate_on_set import CalibratedModel, calibrate_on_set, without_calibration
from meddx.install.calibration import TEST_FILE, VALIDATION_FILE, ask_images, recorded
from meddx.install.card_file import write_card
from meddx.install.data_checks import check_reference_leak
from meddx.install.import_report import ImportCheck, ImportReport, read_report, write_report
from meddx.install.known_images import read_digests, write_digests
from meddx.install.local_cases import LocalCases
from meddx.install.network_checks import check_network, check_outputs, raw_answers
from meddx.install.new_folder import changed_folder
from meddx.install.progress_report import CallbackReport
from meddx.install.survey import SurveyedSet, survey
from meddx.model import registry
from meddx.model.card import Card
from meddx.model.loading import LoadedModel, load_model
from meddx.model.postprocessing import probabilities
from meddx.types import Progress, no_progress

BEFORE = "before-"
"""Begins the names of an earlier version's own recorded predictions, beside those on the local cases."""


def recalibrate(
    id: str, local: LocalCases, models: Path, progress: Progress = no_progress, decode: Decoding = read_image
) -> AddedModel:
    """Make a new version of the model `id` whose temperature, thresholds and sets are those of the local cases.

    Its card says which cases. The earlier version keeps its card, with its predictions of the same local cases, so that
    the two can be compared. The folder changes at once or not at all. decode: as in add_model. Raises Refused, and
    CardError for a model that cannot be used.
    """
    report = CallbackReport(progress)
    before = registry.find_model(models, id).card
    surveyed = survey(_local_images(before, local, decode), report)
    set_name = local.set_name or name_of_set(local.data)
    with changed_folder(models, id) as folder:
        loaded = load_model(folder)
        known = read_digests(folder, before.weights.sha256)
        earlier = _earlier_folder(folder, before)
        calibrated = calibrate_on_set(
            loaded,
            surveyed,
            folder,
            set_name=set_name,
            rule=local.rule,
            coverage=local.coverage,
            seed=local.seed,
            report=report,
            ood_reference=before.training is None or not (folder / FEATURES_FILE).exists(),
        )
        card = calibrated.card.model_copy(update={"version": next_version(before.version)})
        write_card(folder, card)
        write_card(earlier, before)
        _write_as_before(earlier, before, calibrated)
        write_digests(folder, calibrated.digests, card.weights.sha256)
        checks = [
            *check_network(folder, loaded, network_inputs(before, surveyed)),
            *checks_on_set(replace(loaded, card=without_calibration(before)), surveyed, calibrated),
            check_reference_leak(surveyed, known, f"the images that version {before.version} was calibrated on"),
        ]
        about = replace(with_set(_first_report(folder, before), surveyed, calibrated, set_name), version=card.version)
        about = replace(about, checks=tuple(checks), preprocessing=None)
        write_report(folder, about)
    return AddedModel(
        models / id, card, about, calibrated.measured, _measured_before(before, calibrated), surveyed.refused
    )


def check_model(
    id: str, models: Path, local: LocalCases | None, progress: Progress = no_progress
) -> tuple[ImportCheck, ...]:
    """Return the checks of an installed model, on a labelled set where one is given; nothing is changed.

    Raises Refused, and CardError for a model that cannot be used.
    """
    report = CallbackReport(progress)
    installed = registry.find_model(models, id)
    progress(0, 0, "loading the model")
    loaded = load_model(installed.folder)
    surveyed = None if local is None else survey(_local_images(installed.card, local), report)
    inputs = network_inputs(installed.card, surveyed)
    checks = check_network(installed.folder, loaded, inputs)
    if surveyed is None:
        labels = tuple(label.name for label in installed.card.labels)
        return (*checks, check_outputs(raw_answers(loaded, inputs), labels, None))
    known = read_digests(installed.folder, installed.card.weights.sha256)
    leak = check_reference_leak(surveyed, known, "the images that it was calibrated on")
    return (*checks, *_answers_on_set(loaded, surveyed, report), leak)


def next_version(version: str) -> str:
    """Return the version after this one: the same network, calibrated anew."""
    major, minor, _ = version.split(".")
    return f"{major}.{int(minor) + 1}.0"


def _local_images(card: Card, local: LocalCases, decode: Decoding = read_image) -> LabelledSet:
    opened = open_labelled(local.data, local.roots, decode)
    labels = tuple(label.name for label in card.labels)
    classes = {name: label_of_class(name, labels, local.classes) for name in opened.classes}
    return labelled_images(opened, labels, classes, card.task == "exclusive")


def _answers_on_set(loaded: LoadedModel, surveyed: SurveyedSet, report: CallbackReport) -> list[ImportCheck]:
    logits, _ = ask_images(loaded, surveyed.images, "images of the set", report)
    plain = without_calibration(loaded.card)
    predictions = recorded(plain, surveyed.images, logits)
    calibrated = CalibratedModel(plain, None, predictions, (), ())
    return checks_on_set(replace(loaded, card=plain), surveyed, calibrated)


def _earlier_folder(folder: Path, before: Card) -> Path:
    """Return the folder of the version that is replaced, with its own recorded predictions under other names."""
    earlier = folder / registry.VERSIONS / before.version
    if earlier.exists():
        raise Refused("version-kept", f"Version {before.version} is among the earlier ones already; remove that first.")
    earlier.mkdir(parents=True)
    for name in (VALIDATION_FILE, TEST_FILE):
        if (folder / name).exists():
            (folder / name).rename(earlier / f"{BEFORE}{name}")
    return earlier


def _write_as_before(earlier: Path, before: Card, calibrated: CalibratedModel) -> None:
    """Write what the earlier version says of the local cases."""
    parts: dict[str, Predictions | None] = {VALIDATION_FILE: calibrated.calibration, TEST_FILE: calibrated.test}
    for name, part in parts.items():
        if part is not None:
            write_predictions(earlier / name, _as_before(part, before))


def _as_before(cases: Predictions, before: Card) -> Predictions:
    """Return what the earlier version says of the same cases."""
    return replace(cases, probabilities=probabilities(cases.logits, before))


def _measured_before(before: Card, calibrated: CalibratedModel) -> tuple[Measured, ...]:
    """Return the earlier version's metrics on the local test cases, at its own thresholds."""
    test = _as_before(calibrated.test, before)
    return tuple(measure(test, before.thresholds(test.labels), before.task == "exclusive", before.orders(test.labels)))


def _first_report(folder: Path, card: Card) -> ImportReport:
    """Return the report of the model's import, or of what its card says of the weights."""
    weights = folder / card.weights.file
    made = ImportReport(
        card.id, card.version, card.weights.sha256, weights.stat().st_size, "keras", card.weights.keras, (), ()
    )
    return read_report(folder) or made
