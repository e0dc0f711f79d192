"""Compare several systems on the same cases, with intervals and paired tests of their differences."""
