"""May one map of one film be believed? Five measurements, and what they let one say.

faithful      hiding and showing what the map marks, beside random maps and the middle of the film
randomised    a network whose weights can be shuffled
networks      the trained and the shuffled one behind one compiled pass
measure       all of it for one film, label and method
verdicts      the words, by thresholds.toml, which tools/calibrate_verdicts.py writes
"""
