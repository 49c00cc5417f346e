"""``python -m jwtscan``."""

from jwtscan.cli import main

if __name__ == "__main__":
    main()
