"""Probe a model for shortcuts: drawn markers against matched controls, and a search of the whole frame."""
