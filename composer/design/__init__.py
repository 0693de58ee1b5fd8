"""The document: nodes, paths, edits, checks, JSON text, and lowering to a plan. Pure Python."""
