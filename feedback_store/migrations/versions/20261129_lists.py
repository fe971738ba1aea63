"""Lists of tickets that are read as they stand: a row per ticket and viewer, kept by triggers (ADR 0032)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_lists"
down_revision = "20261129_pause_word"
branch_labels = None
depends_on = None

NEVER = "'9000-01-01 00:00:00+00'"
FILTERS = ("category_code", "commune_code", "service_class", "channel")
FLAGS = {
    "returned": "returned > 0", "extension": "extension_waits", "pause": "pause_waits",
    "citizen": "citizen_waited", "addition": "addition_unseen",
}  # fmt: skip

# Plans are kept, and one that was made while the tables were small would read them whole for ever.
REFRESH = f"""
CREATE FUNCTION refresh_lists(ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  -- two transactions that change parts of one ticket: the later one waits and then sees what the earlier one wrote
  PERFORM FROM tickets WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE;
  WITH running AS MATERIALIZED (
    SELECT c.ticket_id, c.agency_id, c.kind, c.current_due, NOT (c.extension_pending OR EXISTS (
      SELECT FROM pauses p WHERE p.ticket_id = c.ticket_id AND p.ended_at IS NULL AND p.started_at < c.current_due
        AND (c.kind = 'resolve' AND (p.leg_id IS NULL OR p.leg_id = c.leg_id)
          OR c.kind = 'promise' AND p.kind = 'citizen'))) AS counts
    FROM clocks c WHERE c.ticket_id = ANY(ids) AND c.stopped_at IS NULL
  ), of_ticket AS (
    SELECT ticket_id, min(current_due) AS due,
      min(current_due) FILTER (WHERE counts AND kind IN ('promise', 'resolve')) AS over
    FROM running GROUP BY ticket_id
  ), of_agency AS (
    SELECT ticket_id, agency_id, min(current_due) FILTER (WHERE kind IN ('accept', 'resolve')) AS due,
      min(current_due) FILTER (WHERE counts AND kind = 'resolve') AS over
    FROM running WHERE agency_id IS NOT NULL GROUP BY ticket_id, agency_id
  ), held AS MATERIALIZED (
    SELECT ticket_id, agency_id, array_agg(id) AS legs, bool_or(state NOT IN ('returned', 'cancelled')) AS works,
      count(*) FILTER (WHERE state = 'returned') AS returns,
      min(CASE state WHEN 'dispatched' THEN 1 WHEN 'accepted' THEN 2 WHEN 'answered' THEN 3 WHEN 'released' THEN 4
        ELSE 5 END) AS stage
    FROM legs WHERE ticket_id = ANY(ids) GROUP BY ticket_id, agency_id
  ), returns AS (
    SELECT ticket_id, least(sum(returns), 2) AS times FROM held GROUP BY ticket_id
  ), awaited AS MATERIALIZED (
    SELECT ticket_id, leg_id FROM pauses WHERE ticket_id = ANY(ids) AND ended_at IS NULL AND kind = 'citizen'
    UNION ALL SELECT ticket_id, leg_id FROM questions WHERE ticket_id = ANY(ids) AND outcome IS NULL
  ), whole AS MATERIALIZED (
    SELECT t.id AS ticket_id, CASE WHEN t.state = 'new' THEN 'new' WHEN t.state IN ('dispatched', 'in_progress')
        THEN 'working' WHEN t.state = 'answered' THEN 'answered' WHEN t.state IN ('released', 'closed') THEN 'done'
        ELSE 'other' END AS part,
      coalesce(d.due, {NEVER}) AS due, coalesce(d.over, {NEVER}) AS over, t.receipt_at, t.category_code,
      t.commune_code, t.service_class, t.channel, t.is_imported, t.is_sample,
      CASE WHEN t.state = 'new' THEN coalesce(r.times, 0) ELSE 0 END::smallint AS returned,
      EXISTS (SELECT FROM extensions e WHERE e.ticket_id = t.id AND e.decision IS NULL) AS extension,
      EXISTS (SELECT FROM pauses p WHERE p.ticket_id = t.id AND p.ended_at IS NULL AND p.word_due_at IS NOT NULL
        AND p.word IS NULL) AS pause,
      t.state IN ('new', 'dispatched', 'in_progress', 'answered') AS open,
      t.state IN ('new', 'dispatched', 'in_progress', 'answered') AND t.id IN (SELECT ticket_id FROM awaited)
        AS awaited,
      EXISTS (SELECT FROM additions a WHERE a.ticket_id = t.id AND a.seen_at IS NULL) AS unseen
    FROM tickets t LEFT JOIN of_ticket d ON d.ticket_id = t.id LEFT JOIN returns r ON r.ticket_id = t.id
    WHERE t.id = ANY(ids)
  ), wanted AS MATERIALIZED (
    SELECT ticket_id, 0 AS viewer, part, due, over, receipt_at, category_code, commune_code, service_class, channel,
      is_imported, is_sample, returned, extension, pause, awaited, unseen
    FROM whole
    UNION ALL
    SELECT w.ticket_id, -h.agency_id, part, due, over, receipt_at, category_code, commune_code, service_class, channel,
      is_imported, is_sample, returned, extension, pause, awaited, unseen
    FROM whole w JOIN held h USING (ticket_id) WHERE h.works
    UNION ALL
    SELECT w.ticket_id, h.agency_id, (ARRAY['new', 'working', 'answered', 'done', 'other'])[h.stage],
      coalesce(d.due, {NEVER}), coalesce(d.over, {NEVER}), receipt_at, category_code, commune_code, service_class,
      channel, is_imported, is_sample, 0::smallint, extension, pause, w.open AND EXISTS (SELECT FROM awaited a
        WHERE a.ticket_id = w.ticket_id AND (a.leg_id IS NULL OR a.leg_id = ANY(h.legs))), unseen
    FROM whole w JOIN held h USING (ticket_id) LEFT JOIN of_agency d USING (ticket_id, agency_id)
  ), gone AS (
    DELETE FROM list_entries e WHERE e.ticket_id = ANY(ids) AND NOT EXISTS (
      SELECT FROM wanted w WHERE w.ticket_id = e.ticket_id AND w.viewer = e.viewer)
  )
  INSERT INTO list_entries AS e (ticket_id, viewer, part, due, overdue_from, received, category_code, commune_code,
    service_class, channel, is_imported, is_sample, returned, extension_waits, pause_waits, citizen_waited,
    addition_unseen)
  SELECT * FROM wanted
  ON CONFLICT (ticket_id, viewer) DO UPDATE SET part = excluded.part, due = excluded.due,
    overdue_from = excluded.overdue_from, received = excluded.received, category_code = excluded.category_code,
    commune_code = excluded.commune_code, service_class = excluded.service_class, channel = excluded.channel,
    is_imported = excluded.is_imported, is_sample = excluded.is_sample, returned = excluded.returned,
    extension_waits = excluded.extension_waits, pause_waits = excluded.pause_waits,
    citizen_waited = excluded.citizen_waited,
    addition_unseen = excluded.addition_unseen
  WHERE (e.*) IS DISTINCT FROM (excluded.*);
  INSERT INTO list_words AS w (ticket_id, words)
  SELECT t.id, strip(to_tsvector('simple', t.search_text)) || array_to_tsvector(array_remove(ARRAY[
      'M' || to_char(t.receipt_at AT TIME ZONE 'UTC', 'YYYYMM'), 'P' || e.part,
      CASE WHEN e.part IN ('new', 'working', 'answered') THEN 'OPEN' END, 'C' || t.category_code,
      'X' || t.commune_code, 'S' || t.service_class, 'K' || t.channel, CASE WHEN t.is_imported THEN 'I' ELSE 'N' END],
      NULL) || coalesce(h.marks, '{{}}'))
  FROM tickets t JOIN list_entries e ON e.ticket_id = t.id AND e.viewer = 0
    LEFT JOIN (SELECT ticket_id, array_agg(CASE WHEN viewer > 0 THEN 'A' || viewer ELSE 'H' || -viewer END)
        || array_remove(array_agg(CASE WHEN viewer > 0 THEN 'A' || viewer || part END), NULL) AS marks
      FROM list_entries WHERE ticket_id = ANY(ids) AND viewer <> 0 GROUP BY ticket_id) h ON h.ticket_id = t.id
  WHERE t.id = ANY(ids)
  ON CONFLICT (ticket_id) DO UPDATE SET words = excluded.words WHERE w.words IS DISTINCT FROM excluded.words;
END $$
"""

STALE = """
CREATE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO list_stale (ticket_id, transaction)
  VALUES ((CASE WHEN TG_OP = 'DELETE' THEN OLD.{key} ELSE NEW.{key} END), pg_current_xact_id()::text::bigint)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$
"""

FRESH = """
CREATE FUNCTION lists_at_commit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refresh_lists(ARRAY[NEW.ticket_id]);
  DELETE FROM list_stale WHERE ticket_id = NEW.ticket_id AND transaction = NEW.transaction;
  RETURN NULL;
END $$
"""

COUNTED = """
CREATE FUNCTION lists_counted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO list_counts (viewer, part, change) VALUES (OLD.viewer, OLD.part, -1);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO list_counts (viewer, part, change) VALUES (NEW.viewer, NEW.part, 1);
  END IF;
  RETURN NULL;
END $$
"""

# Where many tickets match, the planner would read the table from its start: right for a page, wrong for a rare pair.
FOUND = """
CREATE FUNCTION found_in_lists(query tsquery, most int) RETURNS bigint[]
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
  SELECT array(SELECT ticket_id FROM list_words WHERE words @@ query LIMIT most)
$$
"""

WATCHED = {
    "tickets": (
        "state", "receipt_at", "category_code", "commune_code", "service_class", "channel", "is_imported",
        "is_sample", "search_text",
    ),
    "legs": ("state", "agency_id"),
    "clocks": ("stopped_at", "current_due", "extension_pending", "agency_id", "leg_id", "kind"),
    "pauses": ("ended_at", "started_at", "leg_id", "kind", "word_due_at", "word"),
    "extensions": ("decision",),
    "questions": ("outcome", "leg_id"),
    "additions": ("seen_at",),
}  # fmt: skip

FILL = """
DO $$
DECLARE chunk bigint[];
BEGIN
  FOR chunk IN SELECT array_agg(id) FROM tickets GROUP BY id / 1000 LOOP
    PERFORM refresh_lists(chunk);
  END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    _tables()
    for statement in (REFRESH, STALE.format(name="lists_stale_of_ticket", key="id"),
                      STALE.format(name="lists_stale_of_part", key="ticket_id"), FRESH, COUNTED, FOUND):  # fmt: skip
        op.execute(statement)
    op.execute(FILL)
    op.execute(
        "INSERT INTO list_counts (viewer, part, change) SELECT viewer, part, count(*) FROM list_entries GROUP BY 1, 2"
    )
    _indexes()
    _triggers()


def _tables() -> None:
    at = sa.DateTime(timezone=True)

    def ticket() -> sa.Column[int]:
        return sa.Column(
            "ticket_id", sa.BigInteger(), sa.ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True,
            autoincrement=False,
        )  # fmt: skip

    op.create_table(
        "list_entries",
        ticket(),
        sa.Column("viewer", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column(
            "part", sa.String(16), nullable=False,
            comment="new | working | answered | done | other: of an agency, by its least finished leg",
        ),
        sa.Column("due", at, nullable=False, comment="of the viewer's next running clock; year 9000 = none"),
        sa.Column(
            "overdue_from", at, nullable=False,
            comment="when the earliest clock passes that makes the ticket overdue and that nothing holds; "
            "9000 = never",
        ),
        sa.Column("received", at, nullable=False),
        sa.Column("category_code", sa.String(64), nullable=False),
        sa.Column("commune_code", sa.String(16), nullable=True),
        sa.Column("service_class", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column(
            "returned", sa.SmallInteger(), nullable=False,
            comment="how often, of a ticket that is new again; at most 2",
        ),
        sa.Column(
            "extension_waits", sa.Boolean(), nullable=False, comment="more time was asked for and nobody has decided"
        ),
        sa.Column(
            "pause_waits", sa.Boolean(), nullable=False, comment="an agency's pause waits for the supervisor's word"
        ),
        sa.Column("citizen_waited", sa.Boolean(), nullable=False, comment="the citizen's answer is awaited"),
        sa.Column(
            "addition_unseen", sa.Boolean(), nullable=False,
            comment="the citizen added something nobody has looked at",
        ),
    )  # fmt: skip
    op.create_table("list_words", ticket(), sa.Column("words", postgresql.TSVECTOR(), nullable=False))
    op.create_table(
        "list_counts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("viewer", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "list_stale",
        sa.Column("ticket_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("transaction", sa.BigInteger(), primary_key=True, autoincrement=False),
        prefixes=["UNLOGGED"],
    )


def _indexes() -> None:
    def index(name: str, *columns: str, **more: object) -> None:
        op.create_index(f"ix_list_entries_{name}", "list_entries", ["viewer", *columns], **more)  # type: ignore[arg-type]

    index("part", "part", "due", "ticket_id", postgresql_include=[*FILTERS, "is_imported", "received"])
    index("newest", "received", "ticket_id", postgresql_include=["part", *FILTERS, "is_imported", "due"])
    index("overdue", "overdue_from", postgresql_include=["due", "ticket_id", "is_sample"],
          postgresql_where=sa.text(f"overdue_from < {NEVER}"))  # fmt: skip
    for name in FILTERS:
        index(name, name, "received", "ticket_id")
    index("imported", "received", "ticket_id", postgresql_where=sa.text("is_imported"))
    for name, where in FLAGS.items():
        index(name, "due", "ticket_id", postgresql_where=sa.text(where))
    op.create_index("ix_list_words_words", "list_words", ["words"], postgresql_using="gin")
    op.create_index("ix_list_counts_viewer", "list_counts", ["viewer"], postgresql_include=["part", "change"])


def _triggers() -> None:
    for table, columns in WATCHED.items():
        function = "lists_stale_of_ticket" if table == "tickets" else "lists_stale_of_part"
        changed = " OR ".join(f"OLD.{one} IS DISTINCT FROM NEW.{one}" for one in columns)
        op.execute(
            f"CREATE TRIGGER lists_made AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
        op.execute(
            f"CREATE TRIGGER lists_changed AFTER UPDATE ON {table} FOR EACH ROW WHEN ({changed}) "
            f"EXECUTE FUNCTION {function}()"
        )
        if table != "tickets":
            op.execute(
                f"CREATE TRIGGER lists_removed AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
            )
    op.execute(
        "CREATE CONSTRAINT TRIGGER lists_at_commit AFTER INSERT ON list_stale DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION lists_at_commit()"
    )
    op.execute(
        "CREATE TRIGGER lists_counted AFTER INSERT OR DELETE ON list_entries FOR EACH ROW "
        "EXECUTE FUNCTION lists_counted()"
    )
    op.execute(
        "CREATE TRIGGER lists_recounted AFTER UPDATE ON list_entries FOR EACH ROW "
        "WHEN (OLD.part IS DISTINCT FROM NEW.part) EXECUTE FUNCTION lists_counted()"
    )


def downgrade() -> None:
    for table in WATCHED:
        for name in ("lists_made", "lists_changed", *(("lists_removed",) if table != "tickets" else ())):
            op.execute(f"DROP TRIGGER {name} ON {table}")
    for table in ("list_stale", "list_counts", "list_words", "list_entries"):
        op.drop_table(table)
    for function in ("lists_at_commit()", "lists_counted()", "lists_stale_of_ticket()", "lists_stale_of_part()",
                     "found_in_lists(tsquery, int)", "refresh_lists(bigint[])"):  # fmt: skip
        op.execute(f"DROP FUNCTION {function}")
