"""The study behind docs/comparison.md."""
