"""The screens of the designer: each puts widgets together and calls the desk."""
