"""Turn a user's own Keras model file into a network that the rest of meddx can use."""
