from meddx.evaluate.paired.alignment import align
from meddx.export.comparison_charts import calibration_chart, roc_chart
from tests.evaluate.paired.systems import system

TRUE = [[1], [1], [0], [0]]
GOOD = [[0.9], [0.8], [0.3], [0.1]]
FAIR = [[0.9], [0.4], [0.6], [0.1]]


def aligned(targets=TRUE, **of_second):
    return align([system("good", GOOD, targets), system("fair", FAIR, targets, **of_second)])


def test_every_system_has_its_curve_and_a_dot_at_its_threshold():
    chart = roc_chart(aligned(), 0)
    assert ">Good<" in chart
    assert ">Fair<" in chart
    assert "<title>ROC curves of A; dots: each system&#39;s own threshold</title>" in chart
    # At 0.5 the first is right throughout; the second has half of either group: (0, 1) and (0.5, 0.5).
    assert '<circle cx="58.0" cy="30.0"' in chart
    assert '<circle cx="238.0" cy="156.0"' in chart
    assert chart.count("<circle") == 2


def test_a_reader_is_a_dot_without_a_curve_and_has_no_calibration():
    reader = aligned(scored=False)
    assert ">Fair<" not in roc_chart(reader, 0)
    assert roc_chart(reader, 0).count("<circle") == 2
    assert ">Fair<" not in calibration_chart(reader, 0)
    readers = align([system(name, FAIR, TRUE, scored=False) for name in ("one", "two")])
    assert calibration_chart(readers, 0) is None


def test_a_system_without_a_threshold_is_a_curve_without_a_dot():
    chart = roc_chart(aligned(thresholds=(float("nan"),)), 0)
    assert ">Fair<" in chart
    assert chart.count("<circle") == 1


def test_without_cases_of_both_kinds_there_is_no_roc_curve():
    assert roc_chart(aligned(targets=[[1]] * 4), 0) is None
    assert roc_chart(aligned(targets=[[0]] * 4), 0) is None


def test_a_long_name_is_cut_in_the_legend():
    long = align([system("a" * 24, GOOD, TRUE), system("b" * 25, FAIR, TRUE)])
    chart = roc_chart(long, 0)
    assert f">A{'a' * 23}<" in chart
    assert f">B{'b' * 22}…<" in chart
