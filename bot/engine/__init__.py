"""The conversation engine: Rasa 3.6 with Vietnamese understanding, sealed on loopback."""
