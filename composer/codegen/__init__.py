"""From a plan to Python source that needs torch and nothing else."""
