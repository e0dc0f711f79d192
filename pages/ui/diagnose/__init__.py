"""What the Diagnose page is made of."""
