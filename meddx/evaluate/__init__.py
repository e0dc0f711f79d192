"""The measurements made on predictions of labelled images."""
