"""Timing on the devices of this machine: the method, and an experiment in each file."""
