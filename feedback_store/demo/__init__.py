"""A year of sample data for demonstrations: ``load_demo``."""

from feedback_store.demo.load import DemoRefused, SignIn, load_demo

__all__ = ["DemoRefused", "SignIn", "load_demo"]
