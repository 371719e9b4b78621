"""Flask."""

from __future__ import annotations

from flask import Flask, Response

from qlause import python
from qlause.flask import handle_errors, listing, respond

from ..contacts import DOCUMENTS, LISTINGS

app = Flask(__name__)
handle_errors(app)


@app.get("/contacts")
def contacts() -> Response:
    return respond(python.page(DOCUMENTS, listing(LISTINGS["/contacts"])))


@app.get("/numbered")
def numbered() -> Response:
    return respond(python.page(DOCUMENTS, listing(LISTINGS["/numbered"])), envelope=True)
