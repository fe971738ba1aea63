"""How well first messages are understood: a set of lines, what the hotline makes of each, the figures."""
