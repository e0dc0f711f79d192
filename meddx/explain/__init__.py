"""Show where in an image the evidence for a label lies, and how far such a map can be relied on.

methods            the explanation methods, their registry and their contract
scale, record      where the colours of a map end; what was measured about a model's maps
reliability        the check of one map of one image
flip               the smallest change that flips a result
baseline           what an image looks like with its evidence taken away
channel_gradient   the gradient that Grad-CAM needs, by the shortest way
"""
