"""The widgets of the runs screen and of the overlay of runs."""
