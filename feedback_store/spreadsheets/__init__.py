"""Tables that people open in a spreadsheet program: XLSX written and read, CSV read.

Shared by lists and figures, the import of history and users in bulk. Knows no table of the database.
"""

from feedback_store.spreadsheets.cells import Holds, Odd, OddKind, Value, odd_text, stands_empty
from feedback_store.spreadsheets.errors import SpreadsheetError
from feedback_store.spreadsheets.joining import packed
from feedback_store.spreadsheets.reading import read_table
from feedback_store.spreadsheets.tables import Limits, Note, Row, Table, heading_key
from feedback_store.spreadsheets.writing import Column, Kind, Sheet, write_refused, write_sheets, write_xlsx

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

__all__ = [
    "XLSX_TYPE",
    "Column",
    "Holds",
    "Kind",
    "Limits",
    "Note",
    "Odd",
    "OddKind",
    "Row",
    "Sheet",
    "SpreadsheetError",
    "Table",
    "Value",
    "heading_key",
    "odd_text",
    "packed",
    "read_table",
    "stands_empty",
    "write_refused",
    "write_sheets",
    "write_xlsx",
]
