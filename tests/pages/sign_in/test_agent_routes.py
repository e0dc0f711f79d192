"""Streamlit's routes for agents, which take whose a request is from a header that any request may bring."""

import subprocess
import sys

from meddx.config import environment_of_children

SCRIPT = """
from streamlit import config
from pages.ui.sign_in.own_tabs import tell_streamlit

config.set_option("server.enableAgentApi", True)
tell_streamlit()
print(config.get_option("server.enableAgentApi"))
"""


def test_they_stay_closed_whatever_the_settings_ask_for():
    """In a process of its own: the option holds for all of it."""
    environment = environment_of_children()
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
