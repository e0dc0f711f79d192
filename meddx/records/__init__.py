"""Records: the cases, findings and opinions that a server keeps where its operator has turned that on."""
