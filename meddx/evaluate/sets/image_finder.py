"""Find the file that a table means by a name: a path, a bare name anywhere below, or a name without extension."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".dcm", ".dicom", ".bmp", ".tif", ".tiff")


class ImageFinder:
    """Find files below a folder. Every folder below is listed once, at the first name that is not a path.

    is_file, below: other than the disk, where the files are not on it: whether there is a file of that path, and those
    below the folder.
    """

    def __init__(
        self,
        folder: Path,
        is_file: Callable[[Path], bool] = Path.is_file,
        below: Callable[[Path], Iterable[Path]] | None = None,
    ) -> None:
        self._folder, self._is_file, self._below = folder, is_file, below or files_below

    def __call__(self, name: str) -> Path:
        """Return the file; where none is meant without doubt, the path as it is given, which then is missing."""
        given = self._folder / name.replace("\\", "/").strip()
        if self._is_file(given):
            return given
        for suffix in IMAGE_SUFFIXES:
            for candidate in (Path(f"{given}{suffix}"), Path(f"{given}{suffix.upper()}")):
                if self._is_file(candidate):
                    return candidate
        bare = PurePosixPath(name.replace("\\", "/").strip()).name
        for found in (self._names.get(bare, []), self._stems.get(bare, [])):
            if len(found) == 1:
                return found[0]
        return Path(name) if is_url(name) else given  # the URL of a file elsewhere

    @cached_property
    def _names(self) -> dict[str, list[Path]]:
        names: dict[str, list[Path]] = {}
        for path in self._below(self._folder):
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


def is_url(text: str) -> bool:
    """Return whether a text names a file elsewhere, rather than a path."""
    return "://" in text


def files_below(folder: Path) -> Iterator[Path]:
    """Return the files at any depth, sorted, without hidden ones and without following links to folders."""
    return (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
