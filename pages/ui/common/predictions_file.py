"""Uploaded files of scores. The engine reads them: a Parquet or Excel file is untrusted input to native code."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from meddx.engine.contract import READ_SCORES
from meddx.errors import EngineUnavailable, Refused
from meddx.evaluate.external_predictions import ExternalPredictions, UnreadScores
from meddx.types import JobStatus, Refusal
from pages.ui.common import account_engine
from pages.ui.common.language.language import N_, _
from pages.ui.common.progress_panel import ProgressState, job_progress, render_progress_panel

FILE_TYPES = ["csv", "tsv", "txt", "xlsx", "parquet", "pq"]
"""File extensions that can be read."""
NEEDS_PROBABILITIES = N_(
    "The file's scores are no probabilities, and this page draws probabilities; `python -m meddx evaluate "
    "--predictions FILE` and `python -m meddx compare` measure them, or store probabilities from 0 to 1."
)
_POLL_SECONDS = 0.4


@dataclass(eq=False)
class ScoreFile:
    """Hold one uploaded file until the engine has read it, then its scores, or why there are none.

    digest: SHA-256 of the content, so that a corrected file of the same name is another. data: until the engine has it.
    columns: role -> its column, where the reader chose one. column_names: of a table whose scores could not be read.
    """

    name: str
    digest: str
    data: bytes
    columns: Mapping[str, str] = field(default_factory=dict)
    column_names: tuple[str, ...] = ()
    job: str = ""
    result: ExternalPredictions | Refusal | None = None

    def update(self) -> bool:
        """Hand the file to the engine, or take what it read; return whether the result is there."""
        if self.result is not None:
            return True
        try:
            if not self.job:
                token = account_engine.own_engine().upload([("scores", [self.data])], "scores")
                arguments = {"upload": token, "columns": dict(self.columns)}
                self.job, self.data = account_engine.own_engine().start(READ_SCORES, arguments), b""
            status = account_engine.own_engine().job(self.job)
        except EngineUnavailable:
            return False  # starting, or busy: the next poll tells
        except Refused as refused:
            self.result = Refusal(refused.rule, refused.reason)
            return True
        if status.ended:
            if isinstance(status.result, UnreadScores):
                self.result, self.column_names = status.result.refusal, status.result.columns
            else:
                self.result = _result(status)
        return status.ended

    def progress(self) -> ProgressState:
        """Return what to show while it is being read."""
        status = JobStatus(self.job, READ_SCORES, "running" if self.job else "waiting")
        return job_progress(status, _("Reading {name}").format(name=self.name))


def _result(status: JobStatus) -> ExternalPredictions | Refusal:
    found = status.result
    if not isinstance(found, ExternalPredictions):
        if isinstance(found, Refusal):
            return found
        return Refusal("not-read", status.message or "The reading was cancelled.")
    if found.ratings or not found.predictions.are_probabilities:
        return Refusal("not-a-probability", NEEDS_PROBABILITIES)
    return found


def score_files(uploads: Sequence[UploadedFile], known: Sequence[ScoreFile]) -> list[ScoreFile]:
    """Return the uploaded files, each once; of those `known` the same objects, by name and content."""
    held = {(file.name, file.digest): file for file in known}
    files: dict[tuple[str, str], ScoreFile] = {}
    for upload in uploads:
        data = upload.getvalue()
        key = (upload.name, hashlib.sha256(data).hexdigest())
        files[key] = held.get(key) or ScoreFile(*key, data)
    return list(files.values())


def read_all(files: Sequence[ScoreFile]) -> list[ScoreFile]:
    """Return the files that have been read; draw the progress of the others, and rerun the page when one is read."""
    waiting = [file for file in files if not file.update()]
    if waiting:
        st.fragment(_poll, run_every=_POLL_SECONDS)(waiting)
    return [file for file in files if file not in waiting]


def _poll(waiting: Sequence[ScoreFile]) -> None:
    if sum(file.update() for file in waiting):
        st.rerun()
    for file in waiting:
        render_progress_panel(file.progress())
