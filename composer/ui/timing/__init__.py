"""The Devices page: what devices there are, what moves to them, and experiments that are timed on them."""
