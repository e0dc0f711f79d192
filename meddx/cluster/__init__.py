"""A Ray cluster, to which long work and the questions of readers go; ray is imported only where one is named."""
