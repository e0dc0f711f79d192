"""Train a model from a labelled set and a TOML recipe, and write its folder."""
