"""Places: which commune is meant by words or by a pin, and what became of an old ward."""
