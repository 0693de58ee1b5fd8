"""How much is read of a person's files. What is larger is refused before it is read."""

TABLE_BYTES = 256 * 2**20
"""Of a CSV file."""
LINE = 2**20
"""Characters of one of its lines."""
COLUMNS = 10_000
ROWS = 2_000_000
CELLS = 50_000_000

CLASSES = 1_000
GUESSED_CLASSES = 20
"""So many different whole numbers in a target are taken for classes; more are real values."""

ARRAY_BYTES = 2 * 2**30
"""Of all arrays of a `.npz` file, unpacked."""
ARRAYS = 100
DIMENSIONS = 8

VALUES = 2**28
"""Of one array, and of all images together in the size in which they are used: 1 GiB as float32."""

IMAGES = 50_000
ENTRIES = 100_000
"""Of an archive, folders and what systems put beside images included."""
IMAGE_BYTES = 32 * 2**20
"""Of the file of one image, unpacked from its archive."""
ARCHIVE_BYTES = 2 * 2**30
"""Of an archive or folder of images, unpacked."""
PIXELS = 40_000_000
"""Of one image."""
SIDE = 1024
"""Rows or columns of an image as it is used."""
DEFAULT_SIDE = 64
DEPTH = 16
"""Folders in folders."""
