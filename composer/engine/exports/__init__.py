"""A live model taken elsewhere: written to a file, read again from there, and run against the original."""
