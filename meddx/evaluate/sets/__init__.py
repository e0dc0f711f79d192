"""Read labelled image sets of several storage formats behind one interface."""
