"""List the usual column names of tables of scores, and recognise them."""

import re

from meddx.evaluate.class_names import key

CASE = (
    "case", "case_id", "case id", "image", "image_id", "image_name", "image_index", "image_path", "image_file", "img",
    "img_id", "img_name", "img_path", "filename", "file_name", "file", "file_id", "filepath", "file_path", "path", "id",
    "uid", "sop_instance_uid", "dicom_id", "instance_uid", "exam", "exam_id", "examination", "study", "study_id",
    "study_instance_uid", "accession", "accession_number", "scan", "scan_id", "slide", "slide_id", "lesion_id",
    "sample", "sample_id", "record", "record_id", "case_number", "case_no", "key", "image_uid",
    "cas", "caso", "fall", "fallnummer", "bild", "imagen", "fichier", "datei", "случай", "症例", "病例",
)  # fmt: skip
"""Names of the case, the most reliable first."""
LAST_RESORT = ("", "Unnamed: 0", "__index_level_0__", "index", "row", "row_id", "no", "nr", "number")
"""Row names of R and pandas, taken as the case where no other column is."""
LABEL = (
    "label", "truth", "true", "target", "diagnosis", "dx", "ground_truth", "gt", "y_true", "true_label", "true_class",
    "reference", "reference_standard", "gold", "gold_standard", "actual", "outcome", "class", "class_name", "y",
    "label_name", "disease", "category", "labels", "finding_label", "finding_labels", "y_test", "targets", "status",
    "ref_standard", "truth_label", "histology", "pathology",
    "diagnostic", "diagnose", "diagnostico", "diagnóstico", "befund", "diagnosi", "диагноз", "診断", "诊断",
)  # fmt: skip
SCORE = (
    "score", "probability", "prob", "proba", "p", "ai_score", "model_score", "y_score", "y_prob", "y_proba", "y_pred",
    "y_hat", "pred", "prediction", "predicted", "predicted_probability", "predicted_prob", "output", "confidence",
    "risk", "risk_score", "likelihood", "rating", "logit", "logits", "suspicion", "malignancy_score", "biomarker",
    "value", "pred_prob", "pred_score", "predicted_score", "prob_positive", "probability_positive", "p_positive",
    "positive_probability", "prediction_score", "scores", "probabilities", "predictions", "percent", "ai",
    "wahrscheinlichkeit", "probabilité", "probabilidad", "probabilidade", "probabilità", "вероятность", "оценка",
    "確率", "概率",
)  # fmt: skip
"""Names of a score that do not say what it is the score of."""
PROBABILITY_WORDS = ("probability", "prob", "proba", "p", "softmax", "sigmoid", "yprob", "yproba", "probs")
LOGIT_WORDS = ("logit", "logits")
SCORE_WORDS = (
    *PROBABILITY_WORDS, *LOGIT_WORDS, "score", "pred", "prediction", "output", "confidence", "ai", "y_pred", "risk",
    "class",
)  # fmt: skip
TRUTH_WORDS = ("true", "truth", "label", "target", "gt", "y_true", "actual", "ground_truth", "reference", "is")
READER_WORDS = ("reader", "rater", "observer", "radiologist")
ATTRIBUTE_PREFIX = "about:"
OWN_RESULTS = ("called", "right", "prediction_set", "refused")
"""Columns that `meddx evaluate --csv` adds to what was read."""
NO_SCORE = frozenset(
    key(name)
    for name in (
        "age", "age_years", "patient_age", "year", "sex", "gender", "site", "centre", "center", "hospital", "scanner",
        "weight", "height", "bmi", "view", "fold", "split", "date", "study_date", "slice", "frame", "series", "kvp",
        "rows", "columns", "width", "height_px", "manufacturer", "visit", "time", "follow_up", "followup", "index",
        "no", "nr", "number", "threshold", "cutoff", "threshold_origin", "device", "batch", "dataset", "ethnicity",
    )
)  # fmt: skip
"""Columns of numbers that describe the patient or the image, and are no score."""


def stem(name: str, words: tuple[str, ...]) -> str | None:
    """Return a name without one of the words before or after it: "prob_ill", "P(ill)", "ill score" -> "ill".

    None where none of the words is there. After a word and a colon, the rest is kept as written.
    """
    before, colon, after = name.partition(":")
    wanted = {key(word) for word in words}
    if colon and key(before) in wanted and after.strip():
        return after.strip()
    called = re.fullmatch(r"\s*(\w+)\s*[(\[](.+)[)\]]\s*", name)
    if called and key(called[1]) in wanted:
        return called[2].strip()
    parts = re.split(r"[\s_.\-]+", name.strip())
    for size in (2, 1):
        if len(parts) <= size:
            continue
        if key("".join(parts[:size])) in wanted:
            return _rest(name, parts[:size], at_start=True)
        if key("".join(parts[-size:])) in wanted:
            return _rest(name, parts[-size:], at_start=False)
    return None


def _rest(name: str, parts: list[str], *, at_start: bool) -> str:
    joined = r"[\s_.\-]+".join(map(re.escape, parts))
    pattern = rf"^\s*{joined}[\s_.\-]+" if at_start else rf"[\s_.\-]+{joined}\s*$"
    return re.sub(pattern, "", name).strip()


def stem_after_colon(name: str, words: tuple[str, ...]) -> str | None:
    """Return the rest of a name that begins with one of the words and a colon, None for other names."""
    return stem(name, words) if has_colon(name, words) else None


def has_colon(name: str, words: tuple[str, ...]) -> bool:
    """Return whether a name begins with one of the words and a colon, as in "true:ill"."""
    before, colon, after = name.partition(":")
    return bool(colon and after.strip()) and key(before) in {key(word) for word in words}
