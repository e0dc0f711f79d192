"""Packages that only a part of meddx takes, which not every server has."""

from collections.abc import Mapping
from importlib.util import find_spec

from meddx.errors import Refused


def require_installed(rule: str, packages: Mapping[str, str], taker: str, requirements: str) -> None:
    """Raise Refused with a rule where one of the packages is not installed.

    packages: the name to import -> the name to install. taker: what takes them, with its verb, as the sentence begins.
    requirements: the file that lists them.
    """
    missing = [title for name, title in packages.items() if find_spec(name) is None]
    if missing:
        raise Refused(
            rule,
            f"{taker} packages that are not installed ({', '.join(missing)}): run `pip install -r {requirements}`.",
        )
