"""The pure core: life cycle, clocks, calendars, routing, figures. Standard library only.

``now`` and calendars are arguments; no function reads a clock, and naive datetimes are refused.
"""
