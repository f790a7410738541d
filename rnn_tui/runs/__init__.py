"""The run directory: configuration, metrics, checkpoints, lock."""
