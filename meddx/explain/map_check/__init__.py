"""Check whether one map of one image can be relied on, by five measurements.

area_effects          what a map says of each area of the image, beside what hiding that area does
faithfulness          deletion and insertion of what the map marks, for charts and for records of methods
weight_randomisation  a network whose weights can be shuffled
network_pair          the trained and the shuffled network behind one compiled pass
map_similarity        the similarity of two maps
map_checker           all of it for one image, label and method
quick_check           those measures of one map that a few forward passes can give
verdicts              the words, by two files of thresholds, which studies write
check_words           the verdict in a word and a phrase
"""
