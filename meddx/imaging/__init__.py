"""Decoding and preprocessing of images: one pixel pipeline for training, app and command line."""
