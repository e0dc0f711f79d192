import subprocess
import sys

from meddx.config import ROOT


def test_to_export_or_remove_a_model_needs_no_tensorflow():
    program = "import sys, meddx.install.export_model; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
