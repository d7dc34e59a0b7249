"""COMMANDS: one file per command; each parses, calls the runtime's `start`, and prints."""
