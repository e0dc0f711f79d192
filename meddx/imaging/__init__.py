"""Bytes to film, film to model input: the one pixel pipeline of training, app and command line."""
