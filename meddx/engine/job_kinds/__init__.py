"""Register every kind of job, one file each: `run(context, arguments, progress)`, see meddx.engine.contract.JobKind."""

from meddx.engine.contract import EVALUATE, JobKind
from meddx.engine.job_kinds import counterfactual, evaluate, explain, inspect_labelled_set, map_check, predict_frames

JOB_KINDS = {
    EVALUATE: JobKind(evaluate.run, stored=True),
    "predict_frames": JobKind(predict_frames.run),
    "explain": JobKind(explain.run),
    "counterfactual": JobKind(counterfactual.run),
    "map_check": JobKind(map_check.run),
    "inspect_labelled_set": JobKind(inspect_labelled_set.run),
}
"""By the name that `Engine.start` takes."""
