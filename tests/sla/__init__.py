"""A second opinion on clocks: models and queries that share no code with the product."""
