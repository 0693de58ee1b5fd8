"""The app's server, and its entry script."""
