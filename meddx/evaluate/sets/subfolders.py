"""Read labelled sets in which each sub-folder is a class."""

from collections.abc import Mapping
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.sets.class_names import label_of_class
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet

NOT_FILMS = frozenset({".csv", ".json", ".md", ".pdf", ".txt", ".xml"})
"""Suffixes of files that are no images; every other file is read as one, also without a suffix (often DICOM)."""


def read_subfolders(root: Path, labels: tuple[str, ...], names: Mapping[str, str] | None = None) -> LabelledSet:
    """Return the images below each sub-folder of `root`, sorted by path, labelled by the folder's name.

    names: folder name -> label where they differ. No patient is known, so every image is one of its own;
    read_class_folders finds patients in file names. Raises Refused for a folder that matches no label.
    """
    if not root.is_dir():
        raise Refused("no-folder", "The folder of the set does not exist; correct its path.")
    cases = []
    for folder in sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")):
        images = [path for path in sorted(folder.rglob("*")) if _is_image(path)]
        label = label_of_class(folder.name, labels, names or {}) if images else ""
        for path in images:
            case_id = path.relative_to(root).as_posix()
            cases.append(LabelledCase(case_id, path, case_id, (label,)))
    if not cases:
        raise Refused("empty-set", "The folder has no sub-folders with images in them; make one for each class.")
    return LabelledSet(labels, tuple(cases))


def _is_image(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.suffix.lower() not in NOT_FILMS
