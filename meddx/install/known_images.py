"""Keep which images a model was calibrated on, as digests, so that they are recognised in another set."""

import json
from pathlib import Path

from meddx.errors import Refused

DIGESTS_FILE = "calibration-images.json"
_WEIGHTS, _DIGESTS = "weights_sha256", "digests"


def write_digests(folder: Path, digests: tuple[str, ...], weights_sha256: str) -> None:
    """Write the digests of the images that a model was calibrated on; they tell nothing of what the images show."""
    content = {_WEIGHTS: weights_sha256, _DIGESTS: sorted(set(digests))}
    (folder / DIGESTS_FILE).write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")


def read_digests(folder: Path, weights_sha256: str) -> frozenset[str]:
    """Return the digests in a model's folder, none where there are none or they are of other weights.

    Raises Refused for a file that holds something else.
    """
    try:
        content = json.loads((folder / DIGESTS_FILE).read_bytes())
        known = frozenset(str(digest) for digest in content[_DIGESTS])
        return known if content[_WEIGHTS] == weights_sha256 else frozenset()
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("not-digests", f"{folder.name}/{DIGESTS_FILE} cannot be read; remove it.") from error
