"""`python -m netloom` is the command `netloom`."""

from netloom.cli.entry import main

if __name__ == "__main__":
    main()
