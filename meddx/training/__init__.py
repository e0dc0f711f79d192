"""From a labelled set and a TOML recipe to a model folder."""
