"""The widgets: what can be focused, scrolled and clicked."""
