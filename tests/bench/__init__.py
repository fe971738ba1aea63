"""Benchmarks: figures and ratios printed by a command, never asserted by wall clock."""
