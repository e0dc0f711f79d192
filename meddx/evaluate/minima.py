"""Define the fewest patients with which an interval or a verdict counts as reliable."""

FEWEST = 10
"""Patients of each kind (with and without the label) below which no interval is called reliable. From ten on, 95 %
intervals hold the truth in 93 to 97 % of test sets (docs/intervals.md); below, a single patient decides."""

FEWEST_FOR_VERDICT = 30
"""Patients of each kind that the metric counts below which non-inferiority is not assessable. Near an AUROC of 1 a
system that is worse by the margin passes by the few patients it was spared: in simulations with 20 of 200 in up to 6 %
of test sets, with 30 of 200 in 1 to 3 %, or 5 where results with the label vary more. 2.5 % are wanted
(docs/comparison.md)."""
