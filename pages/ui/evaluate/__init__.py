"""The sections of the Evaluate page, one a module."""
