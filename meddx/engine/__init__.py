"""The seam between the web process and the process that holds the models."""
