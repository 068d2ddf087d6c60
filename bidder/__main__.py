"""``python -m bidder``."""

from bidder.cli.main import main

if __name__ == "__main__":
    main()
