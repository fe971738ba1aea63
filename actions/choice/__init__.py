"""What is meant by a message: readings that could claim its words, and the choice among them (ADR 0037).

Plain data and pure functions: no session, no engine, no clock. ``said`` is the message clause by clause, ``state``
what the conversation remembers, a ``Reading`` one way to take some clauses, ``choose`` the set that is acted upon.
"""
