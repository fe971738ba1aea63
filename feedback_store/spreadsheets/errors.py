"""What is wrong with a file as a whole."""

from feedback_store.service.actor import Refused


class SpreadsheetError(Refused):
    """The file cannot be taken. ``key`` names the sentence in ``data/texts/spreadsheets.yaml``."""
