"""Files that nobody means well: broken ones, hostile ones, and those that a machine makes up."""
