"""The figures as sheets of a file: numerator, denominator and percentage each in a cell of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from console import figure_view, words
from console.figure_choice import Choice, further
from feedback_store.domain.figures import CATALOGUE, Figure, Spread
from feedback_store.domain.kpi import Ratio
from feedback_store.downloads import Column, Sheet, masked
from feedback_store.queries import figures_counts
from feedback_store.queries.figures_counts import AgencyLine, Counted
from feedback_store.queries.figures_rows import Asked
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render


def about(choice: Choice, figure: Figure | None = None) -> list[tuple[str, str]]:
    """The period, and the due times where the figures go by them."""
    found = [("period", f"{choice.period.first:%d/%m/%Y} – {choice.period.last:%d/%m/%Y}")]
    codes = (figure,) if figure else choice.section.figures
    if any(CATALOGUE[code].cohort == "due" for code in codes):
        found.append(("against", render(f"figures.against_{choice.against}")))
    if figure:
        found.append(("how", render(f"figures.how_{figure}")))
    return found


def sheets(
    session: Session, choice: Choice, user: CurrentUser, at: dt.datetime, facts: Sequence[tuple[str, str]]
) -> list[Sheet]:
    """The whole section, and each of its divisions that the page shows."""
    title = render("downloads.figures", section=render(f"figures.section_{choice.section.code}"))
    made = [_summary(figure_view.tiles(session, choice, user, at), title, facts)]
    made.append(_divided(figure_view.table(session, choice, user, at), title, facts))
    for name, code, dimension in further(choice):
        found = figure_view.divided(session, [code], choice, dimension, user, at)
        made.append(_divided(found, name, facts, name))
    return made


def _head(name: str) -> str:
    return render(f"downloads.col_{name}")


def _summary(tiles: dict[Figure, figure_view.Tile], title: str, facts: Sequence[tuple[str, str]]) -> Sheet:
    rows = [
        (
            render(f"figures.name_{code}"), one.ratio.numerator, one.ratio.denominator, *_share(code, one.ratio),
            one.definition.goal / 100 if one.definition.goal else None, render(f"figures.unit_{code}"),
            one.spread.median if one.spread else None, one.spread.ninetieth if one.spread else None,
            render(f"figures.how_{code}"),
        )
        for code, one in tiles.items()
    ]  # fmt: skip
    columns = [
        Column(_head("figure")), Column(_head("numerator"), "number"), Column(_head("denominator"), "number"),
        Column(_head("percent"), "percent"), Column(_head("goal"), "percent"), Column(_head("unit")),
        Column(_head("median"), "number"), Column(_head("ninetieth"), "number"), Column(_head("how")),
    ]  # fmt: skip
    return Sheet(render("downloads.summary"), title, facts, columns, rows)


def _share(code: Figure, ratio: Ratio) -> tuple[float | str]:
    """The percentage as a share, cut as on the page; in words where there was nothing to count."""
    if ratio.percent is None:
        return (render("downloads.none"),)
    if CATALOGUE[code].per_ticket:
        return (f"{words.decimal(ratio.numerator / ratio.denominator)} / {render(f'figures.unit_{code}')}",)
    return (ratio.percent / 100,)


def _divided(
    table: figure_view.Table, title: str, facts: Sequence[tuple[str, str]], name: str | None = None
) -> Sheet:
    dimension = render(f"figures.by_{table.dimension}")
    columns = [Column(dimension)]
    for code in table.columns:
        short = render("figures.share" if table.dimension in figure_view.SHARES else f"figures.short_{code}")
        if code == "first_response":
            heads = (("median", "number"), ("ninetieth", "number"), ("numerator", "number"), ("denominator", "number"))
        else:
            heads = (("numerator", "number"), ("denominator", "number"), ("percent", "percent"))  # type: ignore[assignment]
        columns += [Column(f"{short}: {_head(head)}", kind) for head, kind in heads]  # type: ignore[arg-type]
    rows = [
        (row.name, *(cell for code in table.columns for cell in _cells(code, row.cells.get(code))))
        for row in table.rows
    ]
    return Sheet(name or render("downloads.by", dimension=dimension.lower()), title, facts, columns, rows)


def _cells(code: Figure, found: figure_view.Cell | None) -> tuple[Any, ...]:
    if isinstance(found, Spread):
        return found.median, found.ninetieth, found.answered, found.received
    if found is None:
        return (None, None, 0, 0) if code == "first_response" else (0, 0, render("downloads.none"))
    return (found.numerator, found.denominator, *_share(code, found))


def narrowed(session: Session, asked: Asked) -> str:
    """The part of a division that a list is about; '' for the whole."""
    if asked.where is None:
        return ""
    name = figure_view.name_of(*asked.where, figures_counts.names(session, asked.where[0]))
    return f"{render(f'figures.by_{asked.where[0]}')}: {name}"


def counted_columns(figure: Figure) -> list[Column]:
    """Columns of the rows behind a number."""
    when = Column(render(f"figures.when_{figure}"), "instant")
    if CATALOGUE[figure].unit == "conversation":
        return [Column(_head("channel")), when, Column(_head("counted_as"))]
    texts = [Column(_head(one)) for one in ("code", "category", "class", "commune", "agency")]
    return [
        *texts, when, Column(_head("ended"), "instant"), Column(_head("counted_as")), Column(_head("note")),
        Column(_head("state")),
    ]  # fmt: skip


def counted_row(row: Counted, figure: Figure) -> tuple[Any, ...]:
    counted = render(f"figures.{'good' if row.good else 'missed'}_{figure}")
    if CATALOGUE[figure].unit == "conversation":
        return words.channel(row.channel or ""), row.instant, counted
    return (
        row.code, row.category, row.service_class, row.commune, row.agency, row.instant, row.ended, counted,
        masked(row.note), words.state(row.state) if row.state else None,
    )  # fmt: skip


def agency_lines(lines: Sequence[AgencyLine]) -> list[Column]:
    """Columns of the agencies behind K1."""
    return [
        Column(_head("agency")), Column(_head("on_time"), "number"), Column(_head("due_count"), "number"),
        Column(_head("missed"), "number"), Column(_head("percent"), "percent"),
    ]  # fmt: skip


def agency_row(line: AgencyLine) -> tuple[Any, ...]:
    share = Ratio(line.tally.on_time, line.tally.due).percent or 0.0
    return line.name, line.tally.on_time, line.tally.due, line.tally.due - line.tally.on_time, share / 100
