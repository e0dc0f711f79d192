"""What metrics are called on the page, and what each says, in words."""

METRIC_TITLES = {
    "accuracy": "Accuracy",
    "balanced accuracy": "Balanced accuracy",
    "recall": "Sensitivity (recall)",
    "specificity": "Specificity",
    "precision": "PPV (precision)",
    "npv": "NPV",
    "f1": "F1",
    "mcc": "Matthews correlation",
    "auroc": "AUROC",
    "average precision": "Average precision",
    "brier": "Brier score",
    "log loss": "Log loss",
    "expected calibration error": "Expected calibration error",
    "quadratic kappa": "Quadratic kappa",
    "precision at prevalence": "PPV at your prevalence",
    "npv at prevalence": "NPV at your prevalence",
}
METRIC_MEANINGS = {
    "accuracy": "The share of cases called rightly.",
    "balanced accuracy": "The mean of sensitivity and specificity: a rare label weighs as much as a common one.",
    "recall": "Of those with it, the share that is called.",
    "specificity": "Of those without it, the share that is not called.",
    "precision": "Of those called, the share that has it. Falls where it is rarer than here.",
    "npv": "Of those not called, the share that does not have it.",
    "f1": "The harmonic mean of sensitivity and PPV.",
    "mcc": "The correlation of call and truth: 0 is chance, 1 is perfect.",
    "auroc": "How often a case with it scores above one without: 0.5 is guessing.",
    "average precision": "PPV averaged over sensitivities; guessing gives the prevalence.",
    "brier": "The mean squared error of the probabilities: 0 is best.",
    "log loss": "The surprise at the truth, in nats: 0 is best.",
    "expected calibration error": "How far probabilities are from what happens, on average: 0 is best.",
    "quadratic kappa": "Agreement of grades beyond chance; far misses weigh more.",
}


def short_title(label: str) -> str:
    """A label's title without what it says in brackets at its end, for the sides of a picture."""
    return label.partition(" (")[0]


def metric_title(metric: str) -> str:
    """Its name at the start of a line."""
    return METRIC_TITLES.get(metric, metric[:1].upper() + metric[1:])
