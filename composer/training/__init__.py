"""What a training run is, as plain data: its configuration, and the commands that start it. No torch."""
