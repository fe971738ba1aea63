"""Photos of strangers: sized up by their header, decoded in a process that has little to lose."""
