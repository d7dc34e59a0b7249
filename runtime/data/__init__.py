"""Data: from files or formulas to compact columns, their parts, and numbers fitted on the training part."""
