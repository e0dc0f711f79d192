"""The reader's own labelled images: given, looked at, mapped to the model's labels, measured as a job, shown."""
