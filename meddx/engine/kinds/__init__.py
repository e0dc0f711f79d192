"""Every kind of job, one file each: `run(service, arguments, progress)`, see meddx.engine.jobs.Kind."""

from meddx.engine.jobs import Kind
from meddx.engine.kinds import evaluate, every_frame, explain, flip, reliability, survey_set

KINDS = {
    "evaluate": Kind(evaluate.run, kept=True),
    "every_frame": Kind(every_frame.run),
    "explain": Kind(explain.run),
    "flip": Kind(flip.run),
    "reliability": Kind(reliability.run),
    "survey_set": Kind(survey_set.run),
}
