"""Several systems on the same cases: which differ, by how much, and how sure that is."""
