"""Show where in an image the evidence for a label lies, and how far such a map can be relied on.

methods            the explanation methods, their registry and their contract
colour_scale       where the colours of a map end
map_record         what was measured about a model's maps
map_check          the check of one map of one image
counterfactual     the smallest change that flips a result
blurred_baseline   what an image looks like with its detail taken away
channel_gradient   the gradient that Grad-CAM needs, by the shortest way
"""
