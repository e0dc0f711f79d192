"""May one map of one image be believed? Five measurements, and what they let one say.

faithful      hiding and showing what the map marks, beside random maps and the middle of the image
randomised    a network whose weights can be shuffled
networks      the trained and the shuffled one behind one compiled pass
measure       all of it for one image, label and method
verdicts      the words, by thresholds.toml, which studies/explanations/calibrate_verdicts.py writes
"""
