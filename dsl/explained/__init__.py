"""The pages behind the codes of remarks, by the part of netloom that makes them."""
