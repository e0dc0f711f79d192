"""Settings that a deployment may change, read from MEDDX_* environment variables at the point of use."""

import math
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from meddx.deidentification_settings import reading_dates, reading_keeps_characteristics, reading_policy
from meddx.oidc_settings import oidc_client_secret, oidc_settings

ROOT = Path(__file__).resolve().parent.parent

RESEARCH_USE = "For research use only. Not a medical device."


def environment_of_children() -> dict[str, str]:
    """Return the environment of a child process that runs a module of meddx, wherever its parent runs."""
    search = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": search}


def check_settings() -> None:
    """Read every setting that may have no meaning, for a program that begins.

    Raises ValueError, whose text is one sentence that names the variable, for the first that has none.
    """
    for setting in (
        only_tensorflow, max_pixels, max_upload_bytes, max_held_bytes, max_unpacked_bytes, max_unpacked_files, job_days,
        sign_in_elsewhere, audit_syslog, records_place, records_keys, records_days, records_keep_images,
        cluster_address, oidc_settings, oidc_client_secret, reading_policy, reading_dates,
        reading_keeps_characteristics,
    ):  # fmt: skip
        setting()


def settings_given() -> dict[str, str]:
    """Return the settings that are not left at their defaults, by name; of secrets only that they are set."""
    given = {name: value for name, value in sorted(os.environ.items()) if name.startswith("MEDDX_") and value}
    given |= {name: "(set)" for name in ("MEDDX_RECORDS_KEY", "MEDDX_OIDC_CLIENT_SECRET") if name in given}
    if "://" in given.get("MEDDX_RECORDS", ""):
        given["MEDDX_RECORDS"] = given["MEDDX_RECORDS"].partition("://")[0] + "://(set)"
    return given


def models_dir() -> Path:
    """Return the folder whose sub-folders are models.

    MEDDX_MODELS, default `models/` beside the package; where there is none, as when meddx was installed from a wheel,
    `models/` in the current folder.
    """
    configured = os.environ.get("MEDDX_MODELS")
    if configured:
        return Path(configured)
    beside = ROOT / "models"
    return beside if beside.is_dir() else Path.cwd() / "models"


def data_dir() -> Path | None:
    """Return the folder of public data sets.

    MEDDX_DATA, default `../shared/data` when it exists, else None.
    """
    configured = os.environ.get("MEDDX_DATA")
    if configured:
        return Path(configured)
    default = ROOT.parent / "shared" / "data"
    return default if default.is_dir() else None


def max_pixels() -> int:
    """Return the largest number of pixels that one frame may decode to, checked before decoding.

    MEDDX_MAX_PIXELS, default 64 million.
    A digital mammogram has about 14 million, the largest chest detectors about 18 million.
    """
    return _whole_number("MEDDX_MAX_PIXELS", 64_000_000)


def max_upload_bytes() -> int:
    """Return the largest number of bytes of images that one session may hold at a time.

    MEDDX_MAX_UPLOAD_BYTES, default 1 GiB.
    """
    return _whole_number("MEDDX_MAX_UPLOAD_BYTES", 1 << 30)


def max_held_bytes() -> int:
    """Return the largest number of bytes of images that all sessions may hold together.

    MEDDX_MAX_HELD_BYTES, default 4 GiB.
    """
    return _whole_number("MEDDX_MAX_HELD_BYTES", 4 << 30)


def jobs_dir() -> Path:
    """Return the private folder of evaluations: their requests, results and, while needed, images.

    MEDDX_JOBS, default `meddx/jobs` in the user's folder for state (XDG_STATE_HOME, ~/.local/state).
    """
    configured = os.environ.get("MEDDX_JOBS")
    if configured:
        return Path(configured)
    return _state_dir() / "jobs"


def cache_dir() -> Path:
    """Return the private folder of what can be made again: networks for other runtimes, and how fast these are.

    MEDDX_CACHE, default `meddx` in the user's folder for caches (XDG_CACHE_HOME, ~/.cache).
    """
    configured = os.environ.get("MEDDX_CACHE")
    if configured:
        return Path(configured)
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "meddx"


def only_tensorflow() -> bool:
    """Return whether TensorFlow runs every network, even where another runtime is faster.

    MEDDX_RUNTIME=tensorflow. Raises ValueError for another value.
    """
    configured = os.environ.get("MEDDX_RUNTIME", "")
    if configured not in ("", "tensorflow"):
        raise ValueError(f"MEDDX_RUNTIME is {configured!r:.40}: set it to tensorflow, or leave it out.")
    return configured == "tensorflow"


def accounts_file() -> Path:
    """Return the database of accounts, which need not exist.

    MEDDX_ACCOUNTS, default `meddx/accounts.sqlite` in the user's folder for state (XDG_STATE_HOME, ~/.local/state).
    """
    configured = os.environ.get("MEDDX_ACCOUNTS")
    return Path(configured) if configured else _state_dir() / "accounts.sqlite"


def audit_file() -> Path:
    """Return the audit log, which need not exist; its head and key lie beside it.

    MEDDX_AUDIT, default `audit.jsonl` beside the database of accounts.
    """
    configured = os.environ.get("MEDDX_AUDIT")
    return Path(configured) if configured else accounts_file().with_name("audit.jsonl")


def audit_asked_for() -> bool:
    """Return whether MEDDX_AUDIT names the audit log, so that it is written without accounts too."""
    return bool(os.environ.get("MEDDX_AUDIT"))


def audit_syslog() -> tuple[str, str, int] | None:
    """Return "udp" or "tcp", host and port of the syslog server that audit messages go to, None for none.

    MEDDX_AUDIT_SYSLOG, as udp://HOST:PORT. Raises ValueError for another form.
    """
    configured = os.environ.get("MEDDX_AUDIT_SYSLOG", "")
    if not configured:
        return None
    try:
        parts = urlsplit(configured)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in ("udp", "tcp") or not host or not port or parts.path or parts.query:
        raise ValueError(
            f"MEDDX_AUDIT_SYSLOG is {configured!r:.80}: give udp://HOST:PORT or tcp://HOST:PORT, or leave it out."
        )
    return scheme, host, port


def sign_in_elsewhere() -> bool:
    """Return whether a proxy in front does the sign-in, so that everybody who gets in may do everything.

    MEDDX_SIGN_IN=elsewhere. Raises ValueError for another value, and beside a provider (MEDDX_OIDC_ISSUER).
    """
    configured = os.environ.get("MEDDX_SIGN_IN", "")
    if configured not in ("", "elsewhere"):
        raise ValueError(f"MEDDX_SIGN_IN is {configured!r:.40}: set it to elsewhere, or leave it out.")
    if configured and os.environ.get("MEDDX_OIDC_ISSUER"):
        raise ValueError(f"MEDDX_SIGN_IN is {configured!r} beside MEDDX_OIDC_ISSUER: leave one of them out.")
    return configured == "elsewhere"


def job_days() -> float:
    """Return the number of days after its end at which an evaluation is removed.

    MEDDX_JOB_DAYS, default 30.
    """
    return _days("MEDDX_JOB_DAYS", os.environ.get("MEDDX_JOB_DAYS", "30"))


def records_place() -> Path | str | None:
    """Return the SQLite file or the PostgreSQL URL that records are kept in, None where none are kept.

    MEDDX_RECORDS: a path, a URL postgresql://USER:PASSWORD@HOST/DATABASE, or "sqlite" for `records.sqlite` beside the
    database of accounts. Raises ValueError for another URL, whose text is not repeated: it may hold a password.
    """
    configured = os.environ.get("MEDDX_RECORDS", "")
    if not configured:
        return None
    if "://" not in configured:
        return accounts_file().with_name("records.sqlite") if configured == "sqlite" else Path(configured)
    scheme, _, rest = configured.partition("://")
    if scheme not in ("postgresql", "postgres"):
        raise ValueError(
            f"MEDDX_RECORDS is a URL of {scheme!r:.40}: give the path of a file, postgresql://USER@HOST/DATABASE, or "
            "leave it out."
        )
    return f"postgresql+psycopg://{rest}"


def records_keys() -> tuple[str, ...]:
    """Return the keys of the records; the first encrypts, the others still decrypt.

    MEDDX_RECORDS_KEY, or the file that MEDDX_RECORDS_KEY_FILE names; separated by commas or white space. Raises
    ValueError, without any key in it.
    """
    keys, file = os.environ.get("MEDDX_RECORDS_KEY", ""), os.environ.get("MEDDX_RECORDS_KEY_FILE", "")
    if keys and file:
        raise ValueError("MEDDX_RECORDS_KEY is given beside MEDDX_RECORDS_KEY_FILE: leave one of them out.")
    if file:
        try:
            keys = Path(file).read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            raise ValueError(
                f"MEDDX_RECORDS_KEY_FILE is {file!r:.80}: it cannot be read; name a file that holds keys."
            ) from error
    return tuple(keys.replace(",", " ").split())


def records_days() -> float:
    """Return the number of days after which a case is removed from the records to which nothing was added.

    MEDDX_RECORDS_DAYS, default 365.
    """
    return _days("MEDDX_RECORDS_DAYS", os.environ.get("MEDDX_RECORDS_DAYS", "365"))


def records_keep_images() -> bool:
    """Return whether the records hold the images themselves. MEDDX_RECORDS_IMAGES=on. Raises ValueError."""
    configured = os.environ.get("MEDDX_RECORDS_IMAGES", "")
    if configured not in ("", "on"):
        raise ValueError(f"MEDDX_RECORDS_IMAGES is {configured!r:.40}: set it to on, or leave it out.")
    return configured == "on"


def pacs_file() -> Path | None:
    """Return the TOML file that names the PACS which Diagnose may open studies from, None where there is none.

    MEDDX_PACS.
    """
    configured = os.environ.get("MEDDX_PACS")
    return Path(configured) if configured else None


def cluster_address() -> str | None:
    """Return the address of the Ray cluster that evaluates and answers readers, None for this machine alone.

    MEDDX_ENGINE, as ray://HOST:PORT. Raises ValueError for another form.
    """
    configured = os.environ.get("MEDDX_ENGINE", "")
    if configured and not re.fullmatch(r"ray://[\w.-]+:\d{1,5}", configured):
        raise ValueError(f"MEDDX_ENGINE is {configured!r:.80}: give ray://HOST:PORT, or leave it out.")
    return configured or None


def node_file() -> Path | None:
    """Return the TOML file of the DICOM node whose films the page Worklist lists, None where there is none.

    MEDDX_NODE.
    """
    configured = os.environ.get("MEDDX_NODE")
    return Path(configured) if configured else None


def evaluate_roots() -> tuple[Path, ...]:
    """Return the folders below which a browser may name a labelled set.

    MEDDX_EVALUATE_ROOTS, separated as in PATH.
    Default the folder of public data sets, if there is one; an empty value allows none.
    """
    configured = os.environ.get("MEDDX_EVALUATE_ROOTS")
    if configured is not None:
        return tuple(Path(part) for part in configured.split(os.pathsep) if part)
    data = data_dir()
    return () if data is None else (data,)


def max_unpacked_bytes() -> int:
    """Return the largest number of bytes that an uploaded ZIP archive may unpack to.

    MEDDX_MAX_UNPACKED_BYTES, default 8 GiB.
    """
    return _whole_number("MEDDX_MAX_UNPACKED_BYTES", 8 << 30)


def max_unpacked_files() -> int:
    """Return the largest number of files that an uploaded ZIP archive may hold.

    MEDDX_MAX_UNPACKED_FILES, default 100,000.
    """
    return _whole_number("MEDDX_MAX_UNPACKED_FILES", 100_000)


def _whole_number(name: str, default: int) -> int:
    configured = os.environ.get(name, "")
    if configured == "":
        return default
    try:
        number = int(configured)
    except ValueError:
        number = 0
    if number < 1:
        raise ValueError(f"{name} is {configured!r:.40}: give a whole number of 1 or more, or leave it out.")
    return number


def _days(name: str, configured: str) -> float:
    try:
        days = float(configured)
    except ValueError:
        days = -1.0
    if not 0 <= days < math.inf:
        raise ValueError(f"{name} is {configured!r:.40}: give a number of days, 0 or more, or leave it out.")
    return days


def _state_dir() -> Path:
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "meddx"
