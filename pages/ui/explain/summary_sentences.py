"""Sentences on how well a model's default method did on test images."""

from meddx.evaluate.map_evaluation.measures import EMPTY, GAIN, NEAR
from meddx.explain.map_record import MapRecord, MethodRecord, RecordedMeasure
from pages.ui.common.default_method import beats_baselines, best_baseline, default_title, difference_to_baseline
from pages.ui.common.html import card_text
from pages.ui.common.language.formatting import paragraph, percent, percent_span, range_text, signed
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated
from pages.ui.common.passing_maps import mostly_failing, mostly_failing_sentence

LITTLE = 0.2
"""Share of the evidence: below it, most of the evidence lies outside the highlighted areas."""
RARE = 0.05
"""Share of empty maps above which they are mentioned."""


def record_sentences(record: MapRecord) -> list[str]:
    """Return the default method's results on test images beside the best baseline, and why it was chosen.

    Where Diagnose withholds the model's maps, that comes first.
    """
    sentences = [*_withheld(record), _localisation(record), _faithfulness(record)]
    if not beats_baselines(record):
        sentences.append(_not_better(record))
    empty = record.of(record.recommended, EMPTY)
    if empty is not None and empty.value > RARE:
        sentence = _("{share} of its maps are empty ({range}, n {count}).")
        sentences.append(sentence.format(**_numbers(empty)))
    return [*filter(None, [*sentences, _own_limits(record)]), card_text(record.why)]


def _withheld(record: MapRecord) -> list[str]:
    """Return why Diagnose shows no heat map of the model, and which it shows on demand; nothing where it shows them."""
    share = mostly_failing(record)
    if share is None:
        return []
    return [
        mostly_failing_sentence(share),
        _("Diagnose withholds them; on demand it shows those of {method}, to which the numbers below belong.").format(
            method=default_title(record)
        ),
    ]


def _not_better(record: MapRecord) -> str:
    """Return that the default method is not clearly better than a baseline, by what difference and interval."""
    difference = difference_to_baseline(record)
    if difference is None:
        return _("Not reliable: not clearly better than a baseline without a model.")
    sentence = _("Not reliable: not clearly better than a baseline without a model (difference {difference}, {range}).")
    limits = range_text(signed(difference.low, 2), signed(difference.high, 2))
    return sentence.format(difference=signed(difference.value, 2), range=limits)


def _localisation(record: MapRecord) -> str:
    result = record.of(record.recommended, NEAR)
    if result is None:
        return _("Whether its maps locate the finding is unknown: these images have no annotations.")
    baseline = best_baseline(record, NEAR)
    if baseline is None:
        sentence = _(
            "In {share} of test images ({range}, n {count}) the map's highest point lies on or next to the finding."
        )
        return sentence.format(**_numbers(result))
    sentence = _(
        "In {share} of test images ({range}, n {count}) the map's highest point lies on or next to the finding; best "
        "baseline without a model ({baseline}): {baseline_share}."
    ).format(**_numbers(result), **_baseline(*baseline))
    if result.low > baseline[1].value:
        return sentence
    return paragraph([sentence, _("Do not use it to locate the finding.")])


def _faithfulness(record: MapRecord) -> str:
    result, baseline = record.of(record.recommended, GAIN), best_baseline(record, GAIN)
    if result is None:
        return ""
    if result.value <= 0:
        return _(
            "Hiding the highlighted areas does not remove the evidence, and showing them alone does not restore it "
            "({share}, {range}, n {count}): it lies elsewhere."
        ).format(**_numbers(result))
    if baseline is None:
        sentence = _(
            "The highlighted areas account for {share} of the evidence ({range}, n {count}): hiding them removes it, "
            "showing them alone restores it."
        ).format(**_numbers(result))
    else:
        sentence = _(
            "The highlighted areas account for {share} of the evidence ({range}, n {count}): hiding them removes it, "
            "showing them alone restores it; best baseline without a model ({baseline}): {baseline_share}."
        ).format(**_numbers(result), **_baseline(*baseline))
    if result.value >= LITTLE:
        return sentence
    return paragraph([sentence, _("Most of the evidence lies elsewhere.")])


def _own_limits(record: MapRecord) -> str:
    """Return on what the limits of the check rest that were set on this model; "" where those of others hold."""
    limits = record.limits
    if limits is None:
        return ""
    return _(
        "The check of a map goes by limits set on {images} validation images of this model and {maps} maps known to be "
        "wrong: failed below {failed}, passed from {passed}."
    ).format(
        images=number(limits.images),
        maps=number(limits.wrong_maps),
        failed=f"{limits.bad_below:.2f}",
        passed=f"{limits.good_from:.2f}",
    )


def _numbers(result: RecordedMeasure) -> dict[str, str]:
    """Return the values that a sentence names of a result: share, range, count."""
    limits = percent_span(result.low, result.high, 0)
    return {"share": percent(result.value), "range": limits, "count": number(result.n)}


def _baseline(baseline: MethodRecord, result: RecordedMeasure) -> dict[str, str]:
    """Return the values that a sentence names of a baseline: its title as within a sentence, and its share."""
    title = translated(baseline.title)
    return {"baseline": title[:1].lower() + title[1:], "baseline_share": percent(result.value)}
