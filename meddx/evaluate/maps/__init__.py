"""How far a method's heat maps can be relied on, over a set of films of one model."""
