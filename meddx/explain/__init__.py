"""Heat maps: where the evidence for a label lies."""
