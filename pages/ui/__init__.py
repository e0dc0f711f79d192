"""What pages share: session keys, the image viewer, the findings."""
