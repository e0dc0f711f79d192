"""Connect the web process with the process that holds the models."""
