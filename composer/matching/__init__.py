"""How the tensors of a file and those of a model belong together: names, renaming, and what may be loaded."""
