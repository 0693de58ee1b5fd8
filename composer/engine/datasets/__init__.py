"""Data to train on: bundled sets, generated ones, and a person's own files."""
