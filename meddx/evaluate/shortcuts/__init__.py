"""Probe a model for shortcuts: markers, corners, borders and brightness, against matched controls."""
