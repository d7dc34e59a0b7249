"""Data: from a source's files or formulas to compact columns, parts, and numbers fitted on the training part."""
