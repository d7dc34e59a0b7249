"""Tests of what the designer knows, without a screen."""
