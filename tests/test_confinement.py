"""What reads untrusted bytes makes no connection, on any thread and in any process that it starts."""

import errno
import json
import subprocess
import sys

import pytest

from meddx.config import environment_of_children

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="seccomp(2) is of Linux")


def test_who_has_left_the_network_makes_unix_sockets_alone_and_gets_at_no_other_process():
    command = [sys.executable, "-m", "tests.leaving_network"]
    run = subprocess.run(command, env=environment_of_children(), capture_output=True, check=True)
    before, left, after, errors = json.loads(run.stdout)
    assert set(before.values()) == {"made"}
    assert left
    refused = dict.fromkeys(("TCP", "UDP", "IPv6", "netlink"), "PermissionError")
    assert after == [refused | {"Unix": "made"}] * 3
    assert errors == [errno.EACCES] * 4
