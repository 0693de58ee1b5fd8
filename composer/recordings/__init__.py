"""Recordings: what was timed where, as JSON files that are read strictly, wherever they come from."""
