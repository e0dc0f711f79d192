"""What pages share: session keys, the film viewer, the findings."""
