"""Results about an image as DICOM objects of its study, an object a file; written with highdicom."""
