"""What the designer knows and does, without a screen: texts, checking, layout, run records, forms, diagnosis."""
