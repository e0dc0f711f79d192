"""Run `meddx predict`: predict images with a model, write its heat maps and check them."""

import argparse
import json
import os
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from meddx.cluster.node_model import model_on_node, start_tensorflow_on_node
from meddx.commands import predict_dicom, predict_kept
from meddx.commands.image_places import ImageFile, address, image_place, images_at, record_pacs
from meddx.commands.predict_kept import Answered, Films
from meddx.commands.predict_record import contributions_json, record_values, shares_lines
from meddx.config import RESEARCH_USE, models_dir
from meddx.errors import MeddxError, Refused, without_content
from meddx.explain.colour_scale import shows_evidence
from meddx.explain.map_check.check_words import NOTHING_MARKED, NOTHING_MARKED_RULE, check_reason, check_word
from meddx.explain.map_record import RECOMMENDED, method_named
from meddx.explain.methods import METHODS
from meddx.formatting import percent, probability
from meddx.imaging.overlay import overlay_png
from meddx.model.beside_image import check_taken
from meddx.model.card import Card
from meddx.model.registry import InstalledModel, find_model
from meddx.types import JSON, Explanation, Image, Prediction, no_progress
from meddx.whole_file import whole_file

if TYPE_CHECKING:
    from meddx.engine.service import Service

HELP = "what a model says of images, and where the evidence for it lies"

_NOTHING: JSON = {
    "probabilities": {},
    "findings": [],
    "prediction_set": [],
    "calibrated": None,
    "thresholds": {},
    "heatmaps": {},
    "notes": [],
    "cautions": [],
    "ood": None,
    "similar_cases": [],
}

_AT_A_TIME = 4
"""Images read at once, so that decoding goes on while a batch is in the model."""
_one_check = threading.Lock()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx predict`."""
    parser.add_argument(
        "paths",
        nargs="*",
        type=image_place,
        metavar="PATH",
        help="an image or a folder of images, or a URL of them",
    )
    parser.add_argument("--list", type=Path, metavar="FILE", help="a text file with a PATH in each line")
    parser.add_argument("--model", required=True, metavar="ID", help="one of `meddx models`")
    parser.add_argument(
        "--explain",
        choices=[RECOMMENDED, *METHODS],
        metavar="METHOD",
        help=f"{RECOMMENDED}, which is what Diagnose shows first, {', '.join(METHODS)}; needs --out, --check or "
        "--dicom-out",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="where --explain writes one PNG a label")
    parser.add_argument(
        "--check", action="store_true", help="check the map of every finding, as Diagnose does; needs --explain"
    )
    parser.add_argument(
        "--record",
        default="",
        metavar="NAME=VALUE,...",
        help="fields of the model's record, the same for every image; any may be left out",
    )
    parser.add_argument(
        "--note", default="", metavar="TEXT", help="a note beside the image, for a model that takes one"
    )
    predict_dicom.add_dicom_arguments(parser)
    parser.add_argument("--frame", type=int, default=0, help="frame of a multi-frame object, from 0 (default)")
    parser.add_argument("--cluster", metavar="ADDRESS", help="have a Ray cluster compute, as ray://HOST:10001")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the answers so far; run again to go on")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Predict every image and return 0, or 1 when some were refused.

    Raises CardError for a model that cannot be used.
    """
    if arguments.explain is None and (arguments.check or arguments.out is not None):
        raise MeddxError("--out and --check are of heat maps: name their method with --explain")
    if arguments.explain is not None and not (arguments.out or arguments.check or arguments.dicom_out):
        raise MeddxError("--explain needs --out, where its pictures are written, or --check, which says if they hold")
    predict_dicom.check_dicom_arguments(arguments)
    record = record_values(arguments.record)
    if (record or arguments.note) and (arguments.check or arguments.dicom_out is not None):
        raise MeddxError("--check and --dicom-out are of answers to images alone: leave --record and --note out")
    if (arguments.cluster or arguments.keep) and (arguments.out is not None or arguments.dicom_out is not None):
        raise MeddxError("--out and --dicom-out write files of this machine's answers: leave --cluster and --keep out")
    outputs = (("--out", arguments.out), ("--dicom-out", arguments.dicom_out), ("--keep", arguments.keep))
    for option, folder in outputs:
        if folder is not None and folder.exists() and not folder.is_dir():
            raise MeddxError(f"{option} names a file: give a folder, which is made where there is none")
    sources = [image for given in _given(arguments) for image in _images(given)]
    record_pacs(map(address, sources))
    installed = find_model(models_dir(), arguments.model)
    card = installed.card
    check_taken(card, record, arguments.note)
    shows_maps = arguments.explain is not None and (arguments.out is not None or arguments.check)
    method = method_named(arguments.explain, installed.folder, card) if shows_maps else None
    films = list(zip(sources, _distinct_names(sources), strict=True))
    with _answering(installed, arguments, method) as answered:
        found = answered(films) if arguments.keep is None else predict_kept.kept(answered, films, card, arguments)
        answers = list(_with_progress(found, len(sources)))
    if arguments.json:
        print(json.dumps(answers, indent=2, allow_nan=False))
    else:
        _show(answers, _coverage(installed))
    return 1 if any(answer["refused"] for answer in answers) else 0


@contextmanager
def _answering(installed: InstalledModel, arguments: argparse.Namespace, method: str | None) -> Iterator[Answered]:
    """Yield what answers films in order: this machine, or a cluster."""
    if arguments.cluster is not None:
        from meddx.cluster.connection import cluster_at

        asked = argparse.Namespace(**{**vars(arguments), "paths": [], "list": None})
        ask = partial(_answers_on_node, installed.card.key, asked, method)
        yield partial(predict_kept.cluster_answers, cluster_at(arguments.cluster), ask)
        return
    service = _service(installed.card, _start_tensorflow(same_bits=arguments.keep is not None))
    try:
        yield lambda films: _answers(service, films, installed, arguments, method)
    finally:
        service.close()


def _start_tensorflow(*, same_bits: bool) -> int:
    """Import TensorFlow and return what Service takes as same_bits."""
    from meddx.model.tensorflow_startup import start_tensorflow, start_tensorflow_on_single_cores

    if same_bits:
        return start_tensorflow_on_single_cores()
    start_tensorflow()
    return 0


def _service(card: Card, same_bits: int) -> "Service":
    """Return an engine in this process that has loaded a model. same_bits: as meddx.engine.service.Service takes it."""
    from meddx.engine.service import Service

    service = Service(models_dir(), same_bits=same_bits)
    service.load(card.id)
    return service


def _answers_on_node(key: str, arguments: argparse.Namespace, method: str | None, films: Films) -> list[JSON]:
    """Return the answers for some films, on a node of a cluster. key: of the model's card."""
    installed, service = _loaded_on_node(key)
    return list(_answers(service, films, installed, arguments, method))


@lru_cache(1)
def _loaded_on_node(key: str) -> "tuple[InstalledModel, Service]":
    start_tensorflow_on_node()
    installed = model_on_node(key)
    return installed, _service(installed.card, same_bits=1)


def _given(arguments: argparse.Namespace) -> list[Path | str]:
    """Return the paths and URLs of the command line, then those of the list. Raises MeddxError where there are none."""
    listed: list[str] = []
    if arguments.list is not None:
        try:
            listed = arguments.list.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise MeddxError(f"--list cannot be read as text ({type(error).__name__}): name another file") from error
    given = [*arguments.paths, *(image_place(line.strip()) for line in listed if line.strip())]
    if not given:
        raise MeddxError("no image is named: give a path or a URL, or --list FILE with one in each line")
    return given


def _images(given: Path | str) -> Sequence[ImageFile]:
    """Return the image itself, or every file below a folder or URL but hidden ones, in order."""
    if isinstance(given, str):
        return images_at(given)
    if not given.is_dir():
        return [given]
    return sorted(
        path
        for path in given.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(given).parts)
    )


def _answers(
    service: "Service",
    films: Films,
    installed: InstalledModel,
    arguments: argparse.Namespace,
    method: str | None,
) -> Iterator[JSON]:
    """Yield one answer for each film, in order. method: of the heat maps, None where none are asked for."""
    card, record = installed.card, record_values(arguments.record)
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)

    def answer(source: ImageFile, name: str) -> JSON:
        about = {"source": address(source), "model": card.id, "version": card.version}
        nothing: JSON = about | _NOTHING | ({"map_checks": {}} if arguments.check else {})
        if card.is_fused:
            nothing |= {"answered_without": {}, "shares": {}}
        if arguments.dicom_out is not None:
            nothing |= {"dicom": [], "dicom_left_out": []}
        try:
            data = _bytes(source)
            prediction = service.predict(data, card.id, arguments.frame, record=record, note=arguments.note)
            image = service.read(data, arguments.frame)
            explanation = None if method is None else _explained(service, data, prediction, arguments, method)
            said = _said(prediction, card)
            _refuse_no_number(said)
            pictures = {}
            if explanation is not None and arguments.out is not None:
                pictures = _write(arguments.out, name, image, explanation)
            if explanation is not None and arguments.check:
                said["map_checks"] = _map_checks(service, data, prediction, arguments, explanation)
            if arguments.dicom_out is not None:
                folder = arguments.dicom_out / name
                said |= predict_dicom.write_results(service, data, installed, arguments, folder, prediction=prediction)
        except Refused as refused:
            return nothing | {"refused": {"rule": refused.rule, "reason": refused.reason}}
        except MeddxError:  # the model cannot be used, whatever the image
            raise
        except Exception as error:  # the other images go on
            reason = f"The image could not be answered ({without_content(error)}); leave it out and report this."
            return nothing | {"refused": {"rule": "failed", "reason": reason}}
        return about | said | {"heatmaps": pictures}

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        yield from pool.map(answer, *zip(*films, strict=True)) if films else ()


def _refuse_no_number(said: JSON) -> None:
    """Raise Refused where an answer holds NaN or infinity, which JSON cannot represent."""
    try:
        json.dumps(said, allow_nan=False)
    except ValueError:
        raise Refused("no-number", "The model gave no number for this image; choose another model.") from None


def _bytes(source: ImageFile) -> bytes:
    if not isinstance(source, Path):
        return source.read()
    try:
        return source.read_bytes()
    except FileNotFoundError as error:
        raise Refused("no-such-file", "There is no file of this name; check the path.") from error
    except OSError as error:
        raise Refused("unreadable-file", f"The file cannot be read ({type(error).__name__}); check it.") from error


def _distinct_names(sources: Sequence[ImageFile]) -> list[str]:
    """Return a distinct name for the pictures of each source.

    Its stem, with a number from the second of the same stem on.
    """
    seen: Counter[str] = Counter()
    names = []
    for source in sources:
        seen[source.stem] += 1
        names.append(source.stem if seen[source.stem] == 1 else f"{source.stem}-{seen[source.stem]}")
    return names


def _explained(
    service: "Service", data: bytes, prediction: Prediction, arguments: argparse.Namespace, method: str
) -> Explanation:
    """Return the maps by a method, those of the prediction itself where they are by that."""
    if method != prediction.explanation.method:
        record = record_values(arguments.record)
        return service.explain(data, arguments.model, method, arguments.frame, record=record, note=arguments.note)
    return prediction.explanation


def _map_checks(
    service: "Service", data: bytes, prediction: Prediction, arguments: argparse.Namespace, explanation: Explanation
) -> JSON:
    """Return how the check of each finding's map ended: that of the button "Check this heat map", in the same words."""
    return {label: _map_check(service, data, label, arguments, explanation) for label in prediction.findings}


def _map_check(
    service: "Service", data: bytes, label: str, arguments: argparse.Namespace, explanation: Explanation
) -> JSON:
    from meddx.engine.job_kinds import map_check
    from meddx.explain.map_check.verdicts import caution

    method = explanation.method
    weights = service.loaded(arguments.model).card.weights.sha256
    doubt = caution(weights, method, service.map_limits(arguments.model))
    about = {"method": method, "calibrated": not doubt, "caution": doubt}
    asked = {"data": data, "frame": arguments.frame, "model": arguments.model, "label": label, "method": method}
    try:
        if not shows_evidence(explanation, label):
            raise Refused(
                NOTHING_MARKED_RULE, "The map shows no evidence for this label; choose another label or method."
            )
        with _one_check:  # each that runs beside another would compile networks of its own
            check = map_check.run(service, asked, no_progress)
    except Refused as refused:
        if refused.rule != NOTHING_MARKED_RULE:
            raise
        return about | {"verdict": NOTHING_MARKED, "reason": ""}
    return about | {"verdict": check_word(check), "reason": check_reason(check)}


def _write(out: Path, name: str, image: Image, explanation: Explanation) -> dict[str, str]:
    """Write one overlay for each label and return label -> path.

    Without a fixed scale each map is stretched to its own maximum, and its text says so.
    """
    paths = {}
    title = METHODS[explanation.method].title
    for label, heatmap in explanation.maps.items():
        path = out / f"{name}-{re.sub(r'[^A-Za-z0-9_.]+', '_', label)}.png"
        scale = explanation.scale
        if scale is None:
            scale = float(abs(heatmap).max()) or 1.0
            about = f"Heat map by {title}, relative: stretched to this image, so images cannot be compared by it."
        else:
            about = f"Heat map by {title}, {explanation.units} units; the colours end at {scale:g}, as on every image."
        picture = overlay_png(image, heatmap, scale, explanation.placement, about=about)
        try:
            with whole_file(path) as file:
                file.write_bytes(picture)
        except OSError as error:  # of no other image either
            why = os.strerror(error.errno) if error.errno else type(error).__name__
            raise MeddxError(
                f"A heat map cannot be written ({why}); make room or name another folder (--out)"
            ) from None
        paths[label] = str(path)
    return paths


def _said(prediction: Prediction, card: Card) -> JSON:
    return {
        "probabilities": prediction.probabilities,
        "findings": list(prediction.findings),
        "prediction_set": None if prediction.prediction_set is None else list(prediction.prediction_set),
        "calibrated": prediction.is_calibrated,
        "thresholds": {label.name: label.threshold for label in card.labels if label.threshold is not None},
        "refused": None,
        "heatmaps": {},
        "notes": list(prediction.notes),
        "cautions": list(prediction.cautions),
        "ood": _ood_json(prediction),
        "similar_cases": [asdict(neighbour) for neighbour in prediction.similar_cases],
        **({} if prediction.contributions is None else contributions_json(prediction.contributions)),
    }


def _ood_json(prediction: Prediction) -> JSON | None:
    known = prediction.ood
    return None if known is None else asdict(known) | {"outside": known.is_outside}


def _with_progress(answers: Iterator[JSON], total: int) -> Iterator[JSON]:
    columns = (TextColumn("images"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield from progress.track(answers, total=total)


def _coverage(installed: InstalledModel) -> str:
    """Return how often such lists held the true label on the recorded test cases, a sentence."""
    from meddx.evaluate.cautions import NOT_CALIBRATED
    from meddx.evaluate.recorded_coverage import below_target, recorded_coverage

    if installed.card.calibration is None:
        return NOT_CALIBRATED
    coverage, target = recorded_coverage(installed.folder, installed.card), installed.card.calibration.coverage
    if coverage is None:
        return (
            f"Lists of what is still possible are meant to hold the truth in {percent(target)}; this was not measured."
        )
    low = below_target(coverage, target)
    each = ", ".join(f"{label} {percent(one.value)}" for label, one in coverage.items())
    sentence = (
        f"Lists of what is still possible are meant to hold the truth in {percent(target)}; on test cases: {each}."
    )
    return f"{sentence} Clearly below, so not excluded where not listed: {', '.join(low)}." if low else sentence


def _show(answers: list[JSON], coverage: str) -> None:
    for answer in answers:
        if answer["refused"]:
            print(f"{answer['source']}: refused ({answer['refused']['rule']}). {answer['refused']['reason']}")
            continue
        probabilities = ", ".join(f"{label} {probability(p, 1)}" for label, p in answer["probabilities"].items())
        print(f"{answer['source']}: {probabilities}")
        known = answer["ood"]
        if known and known["outside"]:
            print(
                "  UNLIKE THE IMAGES THAT THE MODEL SUITS "
                f"(distance {known['distance']:.1f}, limit {known['threshold']:.1f}): do not rely on what follows."
            )
        for caution in answer["cautions"]:
            print(f"  CAUTION: {caution}")
        if answer["thresholds"]:
            print(f"  findings: {', '.join(answer['findings']) or 'none reaches its threshold'}")
        if answer["prediction_set"] is not None:
            print(f"  still possible: {', '.join(answer['prediction_set']) or 'nothing this model knows'}")
            beyond = [label for label in answer["findings"] if label not in answer["prediction_set"]]
            if beyond:
                print(
                    f"  {', '.join(beyond)}: above the threshold, which balances missed and false calls, and yet not "
                    "listed, since few validation cases with it scored this low"
                )
        notes = (*answer["notes"], *answer.get("dicom_left_out", []))
        for line in (*shares_lines(answer), *(f"  note: {note}" for note in notes)):
            print(line)
        for label, check in answer.get("map_checks", {}).items():
            reason = f": {check['reason']}" if check["reason"] else ""
            print(f"  heat map of {label} ({METHODS[check['method']].title}): {check['verdict']}{reason}")
            if check["caution"]:
                print(f"    {check['caution']}")
        for path in (*answer["heatmaps"].values(), *answer.get("dicom", [])):
            print(f"  {path}")
    if any(not answer["refused"] for answer in answers):
        print(coverage)
    print(RESEARCH_USE, file=sys.stderr)
