"""May one map of one film be believed? Five measurements, and what they let one say.

faithful      hiding and showing what the map marks, beside random maps and the middle of the film
randomised    the map once the network's weights are shuffled
measure       all of it for one film, label and method
verdicts      the words, by thresholds.toml, which tools/calibrate_verdicts.py writes
"""
