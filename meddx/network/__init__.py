"""Films in by DICOM and results out: what an engine says of a film as DICOM objects, and the node that receives."""
