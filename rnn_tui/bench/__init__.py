"""What this machine makes of the network, measured here and now; no terminal."""
