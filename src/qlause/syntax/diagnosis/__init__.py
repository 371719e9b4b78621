"""Why a text is refused, and what to write instead. Loaded only when a text is refused; imports no parser module."""
