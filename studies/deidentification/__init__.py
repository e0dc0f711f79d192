"""Studies behind docs/deidentification.md and docs/deidentification-attributes.md."""
