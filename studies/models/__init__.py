"""The study behind docs/models.md."""
