"""Counts of whole months are kept, and what changes a ticket marks the months it touches (ADR 0033)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_figures"
down_revision = "20261129_lists"
branch_labels = None
depends_on = None

MONTH = "date_trunc('month', timezone('Asia/Ho_Chi_Minh', {}))::date"
MARK = """
CREATE FUNCTION mark_months(instants timestamptz[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO figure_marks (month, transaction)
  SELECT DISTINCT """ + MONTH.format("at") + """, pg_current_xact_id()::text::bigint
  FROM unnest(instants) at WHERE at IS NOT NULL
  ON CONFLICT DO NOTHING
$$
"""

RECURS_IS = "the same category at the same place was answered in the 30 days before; kept by the database"
PLACE = "md5(lower(btrim({}.place_text)))"
SAME_PLACE = (
    "{one}.category_code = {other}.category_code AND {one}.commune_code = {other}.commune_code AND "
    f"{PLACE.format('{one}')} = {PLACE.format('{other}')} AND {{one}}.commune_code IS NOT NULL "
    "AND {one}.place_text IS NOT NULL"
)
RECURS = (
    "EXISTS (SELECT FROM tickets e JOIN legs l ON l.ticket_id = e.id WHERE "
    f"{SAME_PLACE.format(one='e', other='t')} AND btrim(e.place_text) <> '' AND e.receipt_at < t.receipt_at "
    "AND l.released_at BETWEEN t.receipt_at - interval '30 days' AND t.receipt_at)"
)

AT_COMMIT = f"""
CREATE FUNCTION figures_at_commit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE tickets t SET recurs = NOT t.recurs WHERE t.id = NEW.ticket_id AND t.recurs <> {RECURS};
  PERFORM mark_months(array(
    SELECT at FROM tickets t, LATERAL (VALUES (t.receipt_at), (t.closed_at)) v (at) WHERE t.id = NEW.ticket_id
    UNION ALL
    SELECT at FROM legs l, LATERAL (VALUES (l.dispatched_at), (l.delivered_at), (l.released_at),
      (l.released_at + interval '15 days'), (l.released_at + interval '30 days')) v (at)
    WHERE l.ticket_id = NEW.ticket_id
    UNION ALL
    SELECT at FROM clocks c, LATERAL (VALUES (c.original_due), (c.current_due)) v (at)
    WHERE c.ticket_id = NEW.ticket_id
    UNION ALL
    SELECT e.at FROM ticket_events e WHERE e.ticket_id = NEW.ticket_id AND e.kind = 'category_changed'));
  DELETE FROM figure_stale WHERE ticket_id = NEW.ticket_id AND transaction = NEW.transaction;
  RETURN NULL;
END $$
"""

STALE = """
CREATE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO figure_stale (ticket_id, transaction)
  VALUES ((CASE WHEN TG_OP = 'DELETE' THEN OLD.{key} ELSE NEW.{key} END), pg_current_xact_id()::text::bigint)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$
"""

MOVED = """
CREATE FUNCTION figures_moved_{table}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM mark_months(ARRAY[{instants}]);
  RETURN NULL;
END $$
"""

# Later reports of the same place are looked at again when an earlier one moves, or its result is released.
LATER = "INSERT INTO figure_stale (ticket_id, transaction) SELECT t.id, pg_current_xact_id()::text::bigint FROM "
PLACE_MOVED = f"""
CREATE FUNCTION figures_place_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  {LATER} tickets t WHERE {SAME_PLACE.format(one='t', other='OLD')} AND t.receipt_at > OLD.receipt_at
  UNION SELECT t.id, pg_current_xact_id()::text::bigint
  FROM tickets t WHERE {SAME_PLACE.format(one='t', other='NEW')} AND t.receipt_at > NEW.receipt_at
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$
"""
RELEASED = f"""
CREATE FUNCTION figures_released() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  released timestamptz[] := ARRAY[CASE WHEN TG_OP <> 'INSERT' THEN OLD.released_at END,
    CASE WHEN TG_OP <> 'DELETE' THEN NEW.released_at END];
BEGIN
  {LATER} unnest(released) r, tickets e, tickets t
  WHERE e.id = (CASE WHEN TG_OP = 'DELETE' THEN OLD.ticket_id ELSE NEW.ticket_id END)
    AND {SAME_PLACE.format(one='t', other='e')} AND t.receipt_at BETWEEN r AND r + interval '30 days'
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$
"""

INSTANTS = {
    "tickets": ("receipt_at", "closed_at"),
    "legs": ("dispatched_at", "delivered_at", "released_at"),
    "clocks": ("original_due", "current_due"),
}
STANDINGS = ("standing_original", "standing_current")
WATCHED = {
    "tickets": (
        "state", "receipt_at", "closed_at", "first_response_at", "category_code", "commune_code", "service_class",
        "place_text", "is_sample", "is_imported", "refusal_ground",
    ),
    "legs": (
        "state", "agency_id", "number", "dispatched_at", "answered_at", "released_at", "delivered_at", "returned_at",
    ),
    "clocks": (
        "kind", "round", "leg_id", "agency_id", "original_agency_id", "original_due", "current_due", "stopped_at",
        "extension_pending", *STANDINGS,
    ),
    "pauses": ("kind", "leg_id", "started_at", "ended_at"),
    "ratings": ("round", "stars", "superseded"),
}  # fmt: skip
NARROW = {
    "outbound_messages": "{row}.notice = 'result' AND {row}.ticket_id IS NOT NULL AND {row}.status = 'dead'",
    "ticket_events": "{row}.kind = 'category_changed'",
}
"""Tables of which only a few rows count, and which."""
FUNCTIONS = (
    "mark_months(timestamptz[])", "figures_at_commit()", "figures_place_moved()", "figures_released()", "figures_stale_of_ticket()", "figures_stale_of_part()",
    *(f"figures_moved_{table}()" for table in INSTANTS),
)  # fmt: skip


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column("tickets", sa.Column("recurs", sa.Boolean(), server_default="false", nullable=False, comment=RECURS_IS))
    op.execute(f"UPDATE tickets t SET recurs = true WHERE {RECURS}")
    _tables()
    moved = [
        MOVED.format(
            table=table,
            instants=", ".join(
                [f"OLD.{one}" for one in instants]
                + [f"OLD.released_at + interval '{days} days'" for days in (15, 30) if "released_at" in instants]
            ),
        )
        for table, instants in INSTANTS.items()
    ]
    for statement in (MARK, AT_COMMIT, STALE.format(name="figures_stale_of_ticket", key="id"),
                      STALE.format(name="figures_stale_of_part", key="ticket_id"), PLACE_MOVED, RELEASED, *moved):  # fmt: skip
        op.execute(statement)
    _triggers()


def _tables() -> None:
    op.create_table(
        "figure_months",
        sa.Column("month", sa.Date(), primary_key=True, comment="its first day, local"),
        sa.Column("figure", sa.String(32), primary_key=True),
        sa.Column("against", sa.String(16), primary_key=True, comment="original | current"),
        sa.Column("agency_id", sa.Integer(), primary_key=True, autoincrement=False, comment="0 = sees everything"),
        sa.Column("with_samples", sa.Boolean(), nullable=False, comment="whether sample tickets are counted"),
        sa.Column(
            "cluster", sa.BigInteger(), nullable=False, comment="the server whose transactions ``seen`` is about"
        ),
        sa.Column(
            "seen", sa.BigInteger(), nullable=False, comment="every transaction below it was over when it was counted"
        ),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "counts", postgresql.JSONB(), nullable=False, comment="by division: [key, kept apart by, good, all, minutes]"
        ),
    )
    op.create_table(
        "figure_marks",
        sa.Column("month", sa.Date(), primary_key=True),
        sa.Column("transaction", sa.BigInteger(), primary_key=True, autoincrement=False),
    )
    op.create_table(
        "figure_stale",
        sa.Column("ticket_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("transaction", sa.BigInteger(), primary_key=True, autoincrement=False),
        prefixes=["UNLOGGED"],
    )


def _triggers() -> None:
    for table, columns in WATCHED.items():
        changed = " OR ".join(_changed(one) for one in columns)
        _stale(table, "made", "INSERT", None)
        _stale(table, "changed", "UPDATE", changed)
        if table != "tickets":
            _stale(table, "removed", "DELETE", None)
    for table, which in NARROW.items():
        new, old = which.format(row="NEW"), which.format(row="OLD")
        _stale(table, "made", "INSERT", new)
        _stale(table, "changed", "UPDATE", f"({new}) IS DISTINCT FROM ({old})")
    for table, instants in INSTANTS.items():
        moved = " OR ".join(_changed(one) for one in instants)
        for name, event, when in (("moved", "UPDATE", f"WHEN ({moved})"), ("gone", "DELETE", "")):
            op.execute(
                f"CREATE TRIGGER figures_{name} AFTER {event} ON {table} FOR EACH ROW {when} "
                f"EXECUTE FUNCTION figures_moved_{table}()"
            )
    moved = " OR ".join(_changed(one) for one in ("category_code", "commune_code", "place_text", "receipt_at"))
    op.execute(
        f"CREATE TRIGGER figures_place_moved AFTER UPDATE ON tickets FOR EACH ROW WHEN ({moved}) "
        "EXECUTE FUNCTION figures_place_moved()"
    )
    op.execute(
        "CREATE TRIGGER figures_released AFTER INSERT ON legs FOR EACH ROW WHEN (NEW.released_at IS NOT NULL) "
        "EXECUTE FUNCTION figures_released()"
    )
    op.execute(
        f"CREATE TRIGGER figures_rereleased AFTER UPDATE ON legs FOR EACH ROW WHEN ({_changed('released_at')}) "
        "EXECUTE FUNCTION figures_released()"
    )
    op.execute(
        "CREATE TRIGGER figures_unreleased AFTER DELETE ON legs FOR EACH ROW WHEN (OLD.released_at IS NOT NULL) "
        "EXECUTE FUNCTION figures_released()"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER figures_at_commit AFTER INSERT ON figure_stale DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION figures_at_commit()"
    )


def _changed(column: str) -> str:
    """Of a standing: a clock that ran out counts the same before and after the deadline job has noted it."""
    if column in STANDINGS:
        return f"replace(OLD.{column}, 'late', 'running') <> replace(NEW.{column}, 'late', 'running')"
    return f"OLD.{column} IS DISTINCT FROM NEW.{column}"


def _stale(table: str, name: str, event: str, when: str | None) -> None:
    function = "figures_stale_of_ticket" if table == "tickets" else "figures_stale_of_part"
    only = f"WHEN ({when}) " if when else ""
    op.execute(
        f"CREATE TRIGGER figures_{name} AFTER {event} ON {table} FOR EACH ROW {only}EXECUTE FUNCTION {function}()"
    )


def downgrade() -> None:
    for name in ("figures_released", "figures_rereleased", "figures_unreleased"):
        op.execute(f"DROP TRIGGER {name} ON legs")
    op.execute("DROP TRIGGER figures_place_moved ON tickets")
    for table in (*WATCHED, *NARROW):
        for name in ("made", "changed", "removed", "moved", "gone"):
            op.execute(f"DROP TRIGGER IF EXISTS figures_{name} ON {table}")
    for table in ("figure_stale", "figure_marks", "figure_months"):
        op.drop_table(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_column("tickets", "recurs")
