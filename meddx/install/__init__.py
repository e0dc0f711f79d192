"""Write model folders: what training and adding a model from a file have in common, and the latter."""
