"""Check whether one map of one image can be relied on, by five measurements.

faithful      deletion and insertion of what the map marks, beside random maps and the middle of the image
randomised    a network whose weights can be shuffled
networks      the trained and the shuffled network behind one compiled pass
compare       the similarity of two maps
measure       all of it for one image, label and method
quick_check   those measures of one map that a few forward passes can give
verdicts      the words, by thresholds.toml, which studies/explanations/calibrate_verdicts.py writes
"""
