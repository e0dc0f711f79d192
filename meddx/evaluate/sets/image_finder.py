"""Find the file that a table means by a name: a path, a bare name anywhere below, or a name without extension."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".dcm", ".dicom", ".bmp", ".tif", ".tiff")


class ImageFinder:
    """Find files below a folder. Every folder below is listed once, at the first name that is not a path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, name: str) -> Path:
        """Return the file; where none is meant without doubt, the path as it is given, which then is missing."""
        given = self._folder / name.replace("\\", "/").strip()
        if given.is_file():
            return given
        for suffix in IMAGE_SUFFIXES:
            for candidate in (Path(f"{given}{suffix}"), Path(f"{given}{suffix.upper()}")):
                if candidate.is_file():
                    return candidate
        bare = PurePosixPath(name.replace("\\", "/").strip()).name
        for found in (self._names.get(bare, []), self._stems.get(bare, [])):
            if len(found) == 1:
                return found[0]
        return given

    @cached_property
    def _names(self) -> dict[str, list[Path]]:
        names: dict[str, list[Path]] = {}
        for path in files_below(self._folder):
            names.setdefault(path.name, []).append(path)
        return names

    @cached_property
    def _stems(self) -> dict[str, list[Path]]:
        stems: dict[str, list[Path]] = {}
        for paths in self._names.values():
            for path in paths:
                if path.suffix.lower() in IMAGE_SUFFIXES:
                    stems.setdefault(path.stem, []).append(path)
        return stems


def files_below(folder: Path) -> Iterator[Path]:
    """Return the files at any depth, sorted, without hidden ones and without following links to folders."""
    return (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
