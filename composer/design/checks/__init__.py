"""The checks of a design, one file for each sort of thing that can be wrong."""
