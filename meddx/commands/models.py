"""`meddx models`: what is installed, from the cards."""
