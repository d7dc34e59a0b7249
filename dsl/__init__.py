"""WORDS: the language of a spec file. Imports nothing else of netloom and no numpy."""
