"""Build the parts of each kind of process, once, and wire them together.

One file a part: a worker imports neither the web nor the matcher, and so holds half the memory.
"""
