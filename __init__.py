"""netloom: a page of YAML in, a trained network out, and everything in between open to look at."""
