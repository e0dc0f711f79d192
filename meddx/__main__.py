"""`python -m meddx`."""

import sys

from meddx.cli import main

if __name__ == "__main__":
    sys.exit(main())
