"""Real PostgreSQL and Redis for a machine that has none, from PyPI wheels, under one DATA_DIR.

`lease` is what processes hold; `keeper` is the process that starts both and stops them when the last lease ends.
"""
