"""Use cases. Each function takes an open session and ``now``; none commits."""
