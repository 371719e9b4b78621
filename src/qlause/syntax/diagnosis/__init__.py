"""Why a text is refused, and what to write instead. Loaded only once a text is refused."""
