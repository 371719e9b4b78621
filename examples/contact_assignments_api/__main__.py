"""``python -m examples.contact_assignments_api`` serves the endpoints on loopback, from a SQLite file."""

from __future__ import annotations

import argparse
import socket
import sys
from pathlib import Path

import uvicorn

from .app import make_app
from .seed import seed
from .store import open_store
from .tokens import CLIENTS, Tokens

_DEFAULT = "sqlite:///contact-assignments.db"


def main() -> None:
    """Serve until the process is stopped."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.contact_assignments_api",
        description="Serve contact assignments on loopback. The token endpoint is for development only.",
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        default=_DEFAULT,
        help="sqlite:///FILE, postgresql://… or mongodb://… (%(default)s)",
    )
    parser.add_argument("--port", type=int, default=8000, help="0 for a free one (%(default)s)")
    parser.add_argument("--clients", type=Path, default=CLIENTS, metavar="FILE", help="a file like %(default)s")
    parser.add_argument("--no-seed", action="store_true", help="do not fill an embedded database with examples")
    options = parser.parse_args()
    tokens = Tokens(options.clients)
    try:
        store = open_store(options.database)
    except ValueError as error:
        parser.error(str(error))
    if options.database.startswith("sqlite:") and not options.no_seed:
        for tenant in tokens.tenants:
            seed(store, tenant)
    with socket.create_server(("127.0.0.1", options.port)) as listener:
        host, port = listener.getsockname()
        sys.stdout.write(f"Contact assignments at http://{host}:{port}/docs, from {options.database}\n")
        sys.stdout.write(f"Tokens are for development only: their clients are in {options.clients}\n")
        sys.stdout.flush()
        config = uvicorn.Config(make_app(store, tokens), log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
