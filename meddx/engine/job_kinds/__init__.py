"""Every kind of job, one file each: `run(service, arguments, progress)`, see meddx.engine.job_runner.Kind."""

from meddx.engine.job_kinds import counterfactual, evaluate, explain, inspect_labelled_set, map_check, predict_frames
from meddx.engine.job_runner import JobKind

JOB_KINDS = {
    "evaluate": JobKind(evaluate.run, kept=True),
    "every_frame": JobKind(predict_frames.run),
    "explain": JobKind(explain.run),
    "flip": JobKind(counterfactual.run),
    "reliability": JobKind(map_check.run),
    "survey_set": JobKind(inspect_labelled_set.run),
}
