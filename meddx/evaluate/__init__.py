"""Labelled sets and the measurements made on them."""
