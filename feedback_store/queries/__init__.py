"""Reads, each scoped by the rights of the actor who asks."""
