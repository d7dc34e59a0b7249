"""The designer: a network drawn, checked, compiled, trained and understood in the terminal."""
