"""Labelled images: one reader for each way labels are written down, one interface for all."""
