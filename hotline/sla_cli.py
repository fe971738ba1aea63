"""``hotline sla``: the deadline engine against files of worked cases."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import yaml

from feedback_store.domain.vectors import VectorFault, check
from hotline.postgres import PostgresError

if TYPE_CHECKING:
    from feedback_store.domain.due import Target
    from feedback_store.queries.explain import ClockTold

app = typer.Typer(help="Check and explain deadlines.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Check and explain deadlines."""


@app.command("check")
def check_file(
    file: Annotated[Path, typer.Argument(help="A YAML file with `calendars` and `cases`.")],
) -> None:
    """Compute every case of FILE and compare; exit status 1 if any differ, 2 if it cannot be read."""
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        verdicts = list(check(yaml.load(file.read_text(encoding="utf-8"), Loader=loader)))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, VectorFault, ValueError) as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(2) from error
    agree = sum(v.agrees for v in verdicts)
    for verdict in verdicts:
        if not verdict.agrees:
            said = verdict.expected.isoformat() if verdict.expected else "-"
            got = verdict.error or (verdict.computed.isoformat() if verdict.computed else "-")
            typer.echo(f"  {verdict.id}: the file says {said}, computed {got}")
    typer.echo(f"{agree} of {len(verdicts)} agree")
    if agree != len(verdicts):
        raise typer.Exit(1)


@app.command("explain")
def explain_ticket(
    code: Annotated[str, typer.Argument(metavar="TICKET", help="The code of a ticket, as PA-482-109-375.")],
    at: Annotated[str | None, typer.Option(help="As of this instant (ISO 8601); default: now.")] = None,
) -> None:
    """Say of every clock of TICKET why it is due when it is: budget, time used, pauses, extension, warnings."""
    from feedback_store.domain.codes import find_code
    from feedback_store.queries.explain import explain
    from feedback_store.queries.tickets import find_ticket
    from feedback_store.service.actor import Actor, Refused
    from hotline.at_hand import session_at_hand

    try:
        now = dt.datetime.fromisoformat(at) if at else dt.datetime.now(dt.UTC)
    except ValueError as error:
        raise typer.BadParameter(f"not an instant: {at!r}", param_hint="--at") from error
    now = now if now.tzinfo else now.astimezone()
    with session_at_hand() as session:
        typed = find_code(code)
        wanted = (typed.code if typed else None) or code.upper()
        ticket = find_ticket(session, code=wanted, actor=Actor("user", None, "administrator"))
        if ticket is None:
            raise Refused("tickets.not_found")
        typer.echo(f"{ticket.code}: {ticket.state}, category {ticket.category_code}, class {ticket.service_class}")
        typer.echo(f"received {_local(ticket.receipt_at)} by {ticket.channel}; told as of {_local(now)}")
        for told in explain(session, ticket, now=now):
            typer.echo("\n" + "\n".join(_lines(told)))
        typer.echo(f"\nthe deadline job looks next: {_local(ticket.next_deadline_at)}")


def _lines(told: ClockTold) -> list[str]:
    """One clock in sentences."""
    name = told.kind + (f" (round {told.round})" if told.round > 1 else "")
    lines = [f"{name}{f' of {told.agency}' if told.agency else ''}: {_standing(told)}"]
    lines.append(f"  budget    {_amount(told.target)}, policy version {told.policy_version}")
    lines.append(f"  calendar  {told.calendar}, version {told.calendar_version}")
    if told.original_calendar_version is not None:
        lines.append(f"            of the original due: version {told.original_calendar_version}")
    lines.append(f"  started   {_local(told.start)}" + (f", stopped {_local(told.stopped)}" if told.stopped else ""))
    if told.counted:
        lines.append(f"  counted   {_dates(told.counted)}; the day of receipt is not counted")
    if told.skipped:
        lines.append(f"  closed    {_dates(told.skipped)}")
    for pause in told.pauses:
        end = _local(pause.end) if pause.end else "still open"
        lines.append(f"  paused    {_local(pause.start)} to {end}: {_span(pause.taken)} ({pause.kind}: {pause.reason})")
    lines.append(f"  due       {_local(told.current)}")
    if told.held:
        lines.append(f"            paused: {_local(told.live)} if it went on now")
    if told.current != told.original or told.original != told.base:
        lines.append(f"  of which  base {_local(told.base)}, original {_local(told.original)}")
    if told.kept is not None:
        amount = f"{told.kept.amount} {told.kept.kind}"
        lines.append(f"  kept back {amount} for the release; the class alone: {_local(told.class_due)}")
    if told.shared:
        lines.append(f"  added     {told.shared} more: shared among several agencies, or recalculated")
    for again in told.recalculations:
        once = " once the citizen was told" if again.effect == "promise_later" else ""
        moved = f"{_local(again.old)} to {_local(again.new)}"
        lines.append(f"  tính lại  {_local(again.at)}: {moved}{once} ({again.reason})")
    for one in told.extensions:
        decided = f"{one.decision} {_local(one.decided_at)}" if one.decision else "undecided"
        lines.append(f"  asked for {one.amount} more on {_local(one.asked_at)}: {decided} ({one.reason})")
    if told.extended and told.kind == "promise":
        lines.append(f"  extended  by {told.extended}, told to the citizen")
    left = f"{_span(told.left)} left" if told.left >= dt.timedelta() else f"{_span(-told.left)} over"
    lines.append(f"  used      {_span(told.used)}" + ("" if told.stopped else f", {left}"))
    for warning in told.warnings:
        lower = f", instead of {', '.join(map(str, warning.superseded))}" if warning.superseded else ""
        lines.append(f"  warned    {_local(warning.at)} at level {warning.level}{lower}: {', '.join(warning.to)}")
    if told.next_warning:
        lines.append(f"  next      warning {_local(told.next_warning)}")
    return lines


def _standing(told: ClockTold) -> str:
    if told.left_reason and "left" in (told.standing_original, told.standing_current):
        return f"left the figures ({told.left_reason})"
    parts = [told.standing_current]
    if told.standing_original != told.standing_current:
        parts.append(f"against the original due: {told.standing_original}")
    if told.breached_current:
        parts.append(f"breached {_local(told.breached_current)}")
    if told.pending:
        parts.append("an extension is undecided")
    return ", ".join(parts)


def _amount(target: Target) -> str:
    unit = "minutes, day and night" if target.round_the_clock else target.kind.replace("_", " ")
    return f"{target.amount} {unit}"


def _span(value: dt.timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" + (f" {seconds:02} s" if seconds else "")


def _dates(days: list[dt.date]) -> str:
    return ", ".join(f"{day:%a %d/%m}" for day in days)


def _local(instant: dt.datetime | None) -> str:
    from vitext.dates import local

    return f"{local(instant):%a %d/%m/%Y %H:%M:%S}" if instant else "never"


@app.command("simulate")
def simulate(
    tickets: Annotated[int, typer.Option(min=1, help="How many reports.")] = 1000,
    days: Annotated[int, typer.Option(min=2, help="Within how many days from 5 January 2026.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 1,
    restarts: Annotated[int, typer.Option(min=0, help="How often the worker is stopped in the middle.")] = 0,
    crowds: Annotated[int, typer.Option(min=1, help="Processes that the people are spread over.")] = 3,
) -> None:
    """Run a simulated hotline through the real services and worker with a virtual clock, on a database of its own.

    Prints promises kept, K1, K1b, warnings, breaches and the seconds it took. Nothing of the installation is touched.
    """
    from hotline.simulation.plan import Plan
    from hotline.simulation.report import lines
    from hotline.simulation.run import Run, scratch

    plan = Plan(tickets, days, seed, restarts=restarts, crowds=crowds)
    try:
        with scratch() as place:
            outcome = Run(place, plan, lambda word: typer.echo(word, err=True)).go()
    except PostgresError as error:
        typer.echo(f"hotline: {error}", err=True)
        raise typer.Exit(1) from error
    for line in lines(plan, outcome):
        typer.echo(line)
    if outcome.failed:
        raise typer.Exit(1)
