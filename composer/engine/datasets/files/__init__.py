"""A person's own files as data: tables, arrays, and images in class folders. Nothing is written, nothing is run."""
