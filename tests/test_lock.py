"""The lock files: every requirement pinned within its range, every pin with hashes, and no machine's addresses."""

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from meddx.config import ROOT

PIN = re.compile(r"^([\w.-]+)==(\S+) \\\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", flags=re.MULTILINE)


def pins(lock):
    """Name to version, of a lock file that holds nothing but pins with hashes and comments."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    left_over = [line for line in PIN.sub("", text).splitlines() if line and not line.startswith("#")]
    assert left_over == []
    return {canonicalize_name(name): version for name, version, _ in PIN.findall(text)}


def requirements(file):
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]


@pytest.mark.parametrize(
    ("file", "lock"),
    [
        ("requirements.txt", "requirements.lock"),
        ("requirements.txt", "requirements-dev.lock"),
        ("requirements-dev.txt", "requirements-dev.lock"),
        ("requirements-pacs.txt", "requirements-pacs.lock"),
        ("requirements-pacs.txt", "requirements-dev.lock"),
        ("requirements-records.txt", "requirements-records.lock"),
        ("requirements-records.txt", "requirements-dev.lock"),
        ("requirements-oidc.txt", "requirements-oidc.lock"),
        ("requirements-oidc.txt", "requirements-dev.lock"),
        ("requirements-fast.txt", "requirements-fast.lock"),
        ("requirements-fast.txt", "requirements-dev.lock"),
        ("requirements-cluster.txt", "requirements-cluster.lock"),
        ("requirements-stores.txt", "requirements-stores.lock"),
    ],
)
def test_every_requirement_is_pinned_within_its_range(file, lock):
    pinned = pins(lock)
    missing = [str(one) for one in requirements(file) if pinned.get(canonicalize_name(one.name)) not in one.specifier]
    assert missing == [], "run scripts/lock"


def test_tests_run_with_the_versions_that_the_app_runs_with():
    tests = pins("requirements-dev.lock")
    for lock in ("requirements.lock", *(f"requirements-{part}.lock" for part in ("pacs", "records", "oidc", "fast"))):
        assert pins(lock).items() <= tests.items()


@pytest.mark.parametrize(("lock", "other"), [("cluster", set()), ("stores", {"python-dateutil"})])
def test_what_is_installed_beside_the_app_replaces_nothing_of_it_but_what_is_said(lock, other):
    app, beside = pins("requirements.lock"), pins(f"requirements-{lock}.lock")
    assert {name for name, version in beside.items() if app.get(name, version) != version} == other


@pytest.mark.parametrize(
    "lock",
    [
        "requirements.lock",
        *(f"requirements-{part}.lock" for part in ("records", "oidc", "fast", "dev", "cluster", "stores")),
    ],
)
def test_no_lock_names_a_place(lock):
    assert not re.search(r"://|index-url|find-links|trusted-host", (ROOT / lock).read_text(encoding="utf-8"))
