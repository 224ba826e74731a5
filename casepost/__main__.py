"""`python -m casepost` is the command."""

from casepost.cli import main

if __name__ == "__main__":  # a reader child imports the main module of its parent
    main()
