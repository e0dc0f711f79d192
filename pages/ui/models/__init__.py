"""The sections of the Models page, one a module."""
