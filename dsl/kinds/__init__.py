"""The words of the language: every kind with its options, limits, help and sizes, family by family."""
