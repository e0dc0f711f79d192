"""Settings that a deployment may change, read from MEDDX_* environment variables at the point of use."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

RESEARCH_USE = "For research use only. Not a medical device."


def models_dir() -> Path:
    """The folder whose sub-folders are models. MEDDX_MODELS, default `models/` beside the package."""
    return Path(os.environ.get("MEDDX_MODELS", ROOT / "models"))


def data_dir() -> Path | None:
    """The folder of public data sets. MEDDX_DATA, default `../shared/data` when it exists, else None."""
    configured = os.environ.get("MEDDX_DATA")
    if configured:
        return Path(configured)
    default = ROOT.parent / "shared" / "data"
    return default if default.is_dir() else None


def max_pixels() -> int:
    """Most pixels one frame may decode to, checked before decoding. MEDDX_MAX_PIXELS, default 64 million.

    A digital mammogram has about 14 million, the largest chest detectors about 18 million.
    """
    return int(os.environ.get("MEDDX_MAX_PIXELS", 64_000_000))


def max_upload_bytes() -> int:
    """Most bytes of films one session may hold at a time. MEDDX_MAX_UPLOAD_BYTES, default 1 GiB."""
    return int(os.environ.get("MEDDX_MAX_UPLOAD_BYTES", 1 << 30))
