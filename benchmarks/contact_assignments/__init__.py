"""How many requests a second the example service answers, beside the same endpoint written by hand.

    python -m benchmarks.contact_assignments

Both serve the same SQLite file, each in a process of its own on loopback, and answer the same requests with the same
assignments. A few clients ask one and then the other, in turns. The figures are of this machine; the ratio says more.
"""
