"""What the Explain page shows of one model's record."""
