"""Studies of the probe for shortcuts: its own markers, and marks that it was not made for."""
