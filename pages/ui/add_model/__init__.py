"""Add a model, one step a module: its file, labelled images, what only a person can say, the checks, the result."""
