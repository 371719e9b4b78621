"""The commands ``filter``, ``explain`` and ``check``, one module each."""
