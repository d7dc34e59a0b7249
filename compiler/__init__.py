"""MEANING: from a spec to a plan, pure functions on values."""
