"""The record and the note beside the open image: what is known, the fields, what each part contributed."""
