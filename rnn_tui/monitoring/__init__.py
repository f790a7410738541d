"""Any training loop, watched: what it logs and shows becomes a run like the others."""
