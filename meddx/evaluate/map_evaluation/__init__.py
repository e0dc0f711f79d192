"""Measure how reliable the heat maps of each method are, over a set of images of one model."""
