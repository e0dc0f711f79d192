"""Register every kind of job, one file each: `run(context, arguments, progress)`, see meddx.engine.contract.JobKind."""

from meddx.engine.contract import COMPARE, EVALUATE, MAP_CHECK, MAP_GALLERY, QUICK_MAP_CHECK, READ_SCORES, JobKind
from meddx.engine.job_kinds import (
    add_model,
    compare,
    compare_preprocessing,
    counterfactual,
    evaluate,
    explain,
    inspect_labelled_set,
    inspect_model,
    map_check,
    map_gallery,
    patient_facts,
    predict_frames,
    quick_map_check,
    read_scores,
    recalibrate,
    source_header,
)

JOB_KINDS = {
    EVALUATE: JobKind(evaluate.run, stored=True),
    "predict_frames": JobKind(predict_frames.run),
    "explain": JobKind(explain.run),
    "counterfactual": JobKind(counterfactual.run),
    MAP_CHECK: JobKind(map_check.run),
    MAP_GALLERY: JobKind(map_gallery.run),
    QUICK_MAP_CHECK: JobKind(quick_map_check.run),
    "patient_facts": JobKind(patient_facts.run),
    "source_header": JobKind(source_header.run),
    "inspect_labelled_set": JobKind(inspect_labelled_set.run),
    READ_SCORES: JobKind(read_scores.run),
    COMPARE: JobKind(compare.run),
    "inspect_model": JobKind(inspect_model.run),
    "compare_preprocessing": JobKind(compare_preprocessing.run),
    "add_model": JobKind(add_model.run),
    "recalibrate": JobKind(recalibrate.run),
}
"""By the name that `Engine.start` takes."""
