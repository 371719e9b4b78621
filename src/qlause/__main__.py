"""``python -m qlause`` is the command ``qlause``."""

from .cli import main

if __name__ == "__main__":
    main()
