"""rasa-sdk actions: thin adapters from what the citizen meant to one use case and its response."""
