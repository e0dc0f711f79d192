"""Removal of what identifies a patient from image files: DICOM PS3.15 Annex E, and text burned into the pixels."""
