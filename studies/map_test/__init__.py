"""The study behind the test of a heat map: which measure tells maps known to be right from maps known to be wrong."""
