"""The language explained: what `netloom explain` shows and what the pages in docs/language/ say, out of the tables."""
