"""What the command line imports, in a process of its own: here everything may be imported already."""

import subprocess
import sys

import pytest

from meddx.cli import COMMANDS
from meddx.config import ROOT

IMPORTED = """
import sys
from meddx.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""


def imported(*arguments):
    """(what `meddx` prints, the modules it has imported at its end)"""
    command = [sys.executable, "-c", IMPORTED, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout, set(done.stderr.split())


def test_a_command_does_not_wait_for_the_imports_of_others():
    help_text, modules = imported("users", "--help")
    assert help_text.startswith("usage: meddx users")
    assert "meddx.commands.users" in modules
    assert modules & {"meddx.commands.compare", "meddx.commands.predict", "scipy", "pydicom", "numpy"} == set()


@pytest.mark.parametrize("arguments", [["--help"], ["no-command"], []], ids=["help", "a name that is none", "nothing"])
def test_every_command_is_listed_and_tensorflow_left_out(arguments):
    said, modules = imported(*arguments)
    assert {f"meddx.commands.{name.replace('-', '_')}" for name in COMMANDS} <= modules
    assert modules & {"tensorflow", "keras", "streamlit"} == set()
    if "--help" in arguments:
        assert set(COMMANDS) <= set(said.split())
