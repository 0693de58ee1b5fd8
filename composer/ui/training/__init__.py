"""The Train page: a run begun, followed, paused, stopped and gone on with; runs beside each other."""
