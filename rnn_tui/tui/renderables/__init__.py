"""What is drawn: a value and a size become strips, without an app."""
