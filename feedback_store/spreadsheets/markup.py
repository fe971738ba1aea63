"""Tables of an HTML page: what many systems give out under the name of a spreadsheet."""

from __future__ import annotations

from html.parser import HTMLParser


def tables_in(text: str) -> list[list[list[str]]]:
    """Every table as rows of cell texts; a cell over several columns stands once, with empty ones after it."""
    parser = _Tables()
    parser.feed(text)
    parser.close()
    return [table for table in parser.tables if table]


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._wide = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._end_cell()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self._end_cell()
            self._cell = []
            span = dict(attrs).get("colspan") or "1"
            self._wide = min(int(span), 100) if span.isdecimal() else 1
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None and self.tables and self.tables[-1]:
            self.tables[-1][-1] += ["".join(self._cell).strip(), *[""] * (self._wide - 1)]
        self._cell = None
