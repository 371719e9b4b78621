"""From the arguments of ``qlause serve`` to the collections that the server offers."""
