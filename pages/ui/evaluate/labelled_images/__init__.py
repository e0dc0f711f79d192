"""The evaluation of the reader's own labelled images, one step a module."""
