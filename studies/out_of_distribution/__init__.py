"""The study behind docs/out-of-distribution.md."""
