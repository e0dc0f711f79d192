"""The study behind docs/local-evidence.md."""
