"""Composition root: settings, supervisor, commands. Nothing of the domain imports it."""
