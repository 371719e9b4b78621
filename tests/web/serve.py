"""Serves an app on a free port of loopback until its process ends: ``python -m tests.web.serve MODULE asgi|wsgi``.

The first line that it prints is the port.
"""

from __future__ import annotations

import socket
import sys
from importlib import import_module
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name that it has there
        pass


def serve(app: Any, interface: str) -> None:
    """Serve an app, forever."""
    if interface == "wsgi":
        with make_server("127.0.0.1", 0, app, handler_class=_Quiet) as server:
            print(server.server_port, flush=True)
            server.serve_forever()
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listener])


if __name__ == "__main__":
    serve(import_module(sys.argv[1]).app, sys.argv[2])
