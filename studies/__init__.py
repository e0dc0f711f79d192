"""Studies: what generates each page of docs/ that holds measurements."""
