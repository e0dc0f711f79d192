"""The source "Own labelled films": from giving them to their Subject, as far as the address says."""

import streamlit as st

from meddx.model.registry import InstalledModel
from pages.ui import states
from pages.ui.evaluate.films import address, found, giving, listing, running
from pages.ui.evaluate.subject import Subject
from pages.ui.installed import installed
from pages.ui.models import choice


def own_films(_: InstalledModel | None) -> Subject | None:
    """The Subject of the evaluation that the address names, once it has ended; None on the way there."""
    match address.step():
        case ("job", id):
            return running.show(id)
        case ("upload" | "folder" as kind, value):
            model = _model()
            if model is not None:
                found.show(found.Given(kind, value), model.card)
        case None:
            if _model() is not None:
                giving.show()
                listing.show()
    return None


def _model() -> InstalledModel | None:
    """The model that will be measured; None after saying that there is none."""
    known = installed()
    if not known.models:
        states.no_models(known.refused)
        return None
    with st.sidebar:
        return choice.choose(known.models)
