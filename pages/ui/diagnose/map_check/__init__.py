"""The check of one heat map: panel, verdict, deletion chart."""
