"""The options of `meddx predict` that write results as DICOM objects, and the writing."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.errors import MeddxError
from meddx.explain.map_record import method_named
from meddx.model.registry import InstalledModel
from meddx.types import JSON, Prediction
from meddx.whole_file import whole_file

if TYPE_CHECKING:
    from meddx.engine.service import Service


def add_dicom_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--dicom-out",
        type=Path,
        metavar="DIR",
        help="write the results of each DICOM image below DIR as DICOM objects of its study, which name its patient: "
        "Structured Report, picture, and a parametric map of every finding whose heat map did not fail its check",
    )
    parser.add_argument("--dicom-area", action="store_true", help="also a Segmentation of the highlighted areas")
    parser.add_argument("--dicom-report", action="store_true", help="also the one-page report, an Encapsulated PDF")


def check_dicom_arguments(arguments: argparse.Namespace) -> None:
    """Raise MeddxError for options that make no sense together, Refused where packages are missing."""
    if arguments.dicom_out is None:
        if arguments.dicom_area or arguments.dicom_report:
            raise MeddxError("--dicom-area and --dicom-report are of DICOM results: name their folder with --dicom-out")
        return
    from meddx.export.dicom_results.result_files import require_dicom_results

    require_dicom_results()


def write_results(
    service: "Service",
    data: bytes,
    model: InstalledModel,
    arguments: argparse.Namespace,
    folder: Path,
    *,
    prediction: Prediction,
) -> JSON:
    """Write the results on one image into a folder and return {"dicom": paths, "dicom_left_out": sentences}.

    prediction: of the image. The maps are by --explain, else Grad-CAM; they are checked as --check asks, else quickly.
    Raises Refused for an image that is not DICOM or whose header allows no results, MeddxError where the files cannot
    be written.
    """
    from meddx.engine.contract import MAP_CHECK, QUICK_MAP_CHECK
    from meddx.network.film_results import GRAD_CAM, ResultChoices, film_results

    method = method_named(arguments.explain or GRAD_CAM, model.folder, model.card)
    check = MAP_CHECK if arguments.check else QUICK_MAP_CHECK
    choices = ResultChoices(method, check, arguments.dicom_area, arguments.dicom_report)
    results = film_results(service, data, model, arguments.frame, choices, prediction=prediction)
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in results.files.items():
            with whole_file(folder / name) as path:
                path.write_bytes(content)
            paths.append(str(folder / name))
    except OSError as error:  # of no other image either
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise MeddxError(
            f"A result cannot be written ({why}); make room or name another folder (--dicom-out)"
        ) from None
    return {"dicom": paths, "dicom_left_out": list(results.left_out)}
