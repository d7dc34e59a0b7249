"""Textual widgets: they show what `tui/model` works out, and tell what was done to them by messages; none knows another or
a screen."""
