"""How far a method's heat maps can be relied on, over a set of images of one model."""
