"""The reference files of the language: each construct as it is meant to be written."""
