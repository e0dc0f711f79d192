"""Does the answer move with what has nothing to do with the illness? Markers and corners, against matched controls."""
