"""The catalogue of administrative procedures: finding the one that is meant, answering from its record."""
