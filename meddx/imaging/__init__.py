"""Bytes to image, image to model input: the one pixel pipeline of training, app and command line."""
