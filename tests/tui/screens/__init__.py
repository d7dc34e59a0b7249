"""Screens of the designer, driven by keys."""
