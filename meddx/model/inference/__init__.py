"""Run networks forwards by whichever runtime is fastest on this machine and gives what Keras gives."""
