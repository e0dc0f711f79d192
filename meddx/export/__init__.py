"""What leaves: reports and tables of a measurement, complete in one file each."""
