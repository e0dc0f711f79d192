"""Studies behind docs/explanations.md."""
