import subprocess
import sys

import numpy as np
import pytest

from meddx.errors import MeddxError, Refused
from meddx.imaging.deidentification import isolated
from meddx.imaging.deidentification.deidentify import deidentify, mask_confirmed
from meddx.imaging.deidentification.profile import Options
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from tests.imaging.deidentification.marked_film import name_burned_in
from tests.imaging.images import image_bytes


def test_a_decoder_that_dies_or_hangs_costs_one_file(monkeypatch):
    monkeypatch.setattr(isolated, "CHILD", "tests.imaging.deidentification.broken_decoder")
    with isolated.IsolatedDeidentifier(Options(), bytes(32), patience=60) as deidentifier:
        for data, rule in ((b"die", "decoder-crashed"), (b"fine", None), (b"hang", "decoder-hung"), (b"fine", None)):
            deidentifier._patience = 1 if rule == "decoder-hung" else 60
            if rule is None:
                assert deidentifier.deidentify(data).data == b"copy"
            else:
                with pytest.raises(Refused) as refused:
                    deidentifier.deidentify(data)
                assert refused.value.rule == rule


def test_a_process_that_does_not_start_is_no_fault_of_the_file(monkeypatch):
    monkeypatch.setattr(isolated, "CHILD", "meddx.no_such_module")
    with (
        isolated.IsolatedDeidentifier(Options(), bytes(32)) as deidentifier,
        pytest.raises(MeddxError, match="does not start") as error,
    ):
        deidentifier.deidentify(b"")
    assert not isinstance(error.value, Refused)


def test_the_main_script_is_not_run_again(tmp_path):
    """A script that came on standard input cannot be, and one without a guard would start itself for ever."""
    (tmp_path / "a.dcm").write_bytes(image_bytes(np.zeros((40, 40), np.uint8)))
    script = f"from meddx import cli; print(cli.main(['deid', {str(tmp_path / 'a.dcm')!r}, {str(tmp_path / 'out')!r}]))"
    done = subprocess.run([sys.executable, "-"], input=script, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == ["0"], done.stderr
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == 1


def test_what_crosses_is_what_the_functions_return():
    pixels, _ = name_burned_in((96, 240))
    data, options, pseudonyms = image_bytes(pixels, PatientID="7"), Options(burned_in="ask"), Pseudonyms(bytes(32))
    here = deidentify(data, options, pseudonyms)
    with isolated.IsolatedDeidentifier(options, bytes(32)) as deidentifier:
        assert deidentifier.deidentify(data) == here
        assert deidentifier.mask_confirmed(here.data, here.boxes) == mask_confirmed(here.data, here.boxes)
        with pytest.raises(Refused) as refused:
            deidentifier.mask_confirmed(b"no image", here.boxes)
    assert refused.value.rule == "not-an-image"
