"""A database of the size of acceptance: a million tickets over 24 months, a tenth of them open; written by SQL alone.

Pseudo-random values are hashes of the ticket's number, so two loads are equal. Due times of the cases come from the
domain (per hour and class), those of the other clocks are so many hours.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, DropIndex

from feedback_store import migrations
from feedback_store.defaults import load_defaults, read_yaml
from feedback_store.domain.due import due
from feedback_store.service import clocks
from feedback_store.store import Store
from feedback_store.tables import Base
from vitext import fold

AT = dt.datetime(2026, 11, 23, 2, 30, tzinfo=dt.UTC)  # 09:30 on a Monday in Viet Nam
FIRST = AT - dt.timedelta(days=730)
HOUR = dt.timedelta(hours=1)
CLASS_DAYS = {"U4": 0.08, "H5": 0.1, "H24": 0.8, "N3": 3.0, "N7": 8.0, "P10": 12.0}
STREETS = ("Lạch Tray", "Tô Hiệu", "Cầu Đất", "Điện Biên Phủ", "Lê Lợi", "Trần Nguyên Hãn", "Văn Cao", "Ngô Gia Tự")
LISTS = ("list_entries", "list_words")
FILLED = ("tickets", "legs", "clocks", "pauses", "ratings", "ticket_events", "outbound_messages", *LISTS)
WATCHED = ("tickets", "legs", "clocks", "pauses", "ratings", "ticket_events", "list_entries")
"""Tables whose triggers keep lists and figures; those are filled at once afterwards, as the migrations do."""
RECURS = import_module("feedback_store.migrations.versions.20261129_figures").RECURS

SEED = """
CREATE UNLOGGED TABLE seed AS
WITH numbered AS (
  SELECT n, n > :closed AS open, c.code AS category, c.service_class AS class, c.days,
         (SELECT a FROM (SELECT CAST(:agencies AS bigint[]) AS a) one) AS every, p.text AS words, p.folded
  FROM generate_series(1, :count) n
  JOIN bench_categories c ON c.place = floor(:categories * power(rnd(n, 1), 1.6))::int
  JOIN bench_phrases p ON p.place = floor(:phrases * rnd(n, 2))::int
), dated AS (
  SELECT *, every[1 + floor(60 * power(rnd(n, 3), 2.2))::int] AS agency,
         every[1 + floor(60 * power(rnd(n, 4), 2.2))::int] AS other,
         date_trunc('second', CASE
           WHEN open AND rnd(n, 5) < 0.05 THEN :at - (days + 2 + 6 * rnd(n, 6)) * interval '1 day'
           WHEN open THEN :at - days * rnd(n, 6) * interval '1 day'
           ELSE :first + 700 * rnd(n, 6) * interval '1 day' END) AS receipt
  FROM numbered
)
SELECT d.*, b.due + (d.receipt - b.start) AS due,
  least(d.receipt + rnd(n, 7) * interval '3 hours', :at) AS sent,
  least(d.receipt + interval '3 hours' + rnd(n, 8) * interval '8 hours', :at) AS taken,
  CASE WHEN NOT open THEN least(greatest(d.receipt + (b.due - d.receipt)
    * CASE WHEN rnd(n, 9) < 0.92 THEN 0.1 + 0.85 * rnd(n, 10) ELSE 1.02 + rnd(n, 10) END,
    d.receipt + interval '1 hour'), :at) END AS answered,
  CASE WHEN NOT open AND rnd(n, 11) < 0.04 THEN 'refused' WHEN NOT open AND rnd(n, 11) < 0.06 THEN 'released'
    WHEN NOT open THEN 'closed' WHEN rnd(n, 11) < 0.1 THEN 'new' WHEN rnd(n, 11) < 0.3 THEN 'dispatched'
    WHEN rnd(n, 11) < 0.9 THEN 'in_progress' ELSE 'answered' END AS state,
  CASE WHEN open THEN '' WHEN rnd(n, 12) < 0.05 THEN 'returned' WHEN rnd(n, 12) < 0.08 THEN 'shared'
    WHEN rnd(n, 12) < 0.1 THEN 'again' ELSE '' END AS second,
  (SELECT code FROM bench_communes m WHERE m.place = floor(:communes * power(rnd(n, 13), 1.8))::int) AS commune,
  (CAST(:streets AS text[]))[1 + floor(:street_count * rnd(n, 14))::int] AS street,
  1 + floor(60 * rnd(n, 15))::int AS house
FROM dated d JOIN bench_dues b ON b.class = d.class AND b.start = date_trunc('hour', d.receipt)
"""
TICKETS = """
INSERT INTO tickets (id, code, kind, state, version, channel, anonymous, text, place_text, commune_code, category_code,
  service_class, danger, search_text, receipt_at, first_response_at, closed_at, refusal_ground, next_deadline_at,
  deadline_failures, is_sample, is_imported, created_at, updated_at)
SELECT n, code, 'report', state, 3, (ARRAY['web','telegram','zalo','phone'])[1 + floor(4 * rnd(n, 16))::int],
  false, words || ' ' || place, place, commune, category, class, false,
  lower(code) || ' ' || folded || ' ' || place_folded, receipt, CASE WHEN state <> 'new' THEN sent END,
  CASE WHEN state = 'closed' THEN later('1 day') WHEN state = 'refused' THEN sent END,
  CASE WHEN state = 'refused' THEN 'scope' END,
  CASE WHEN open THEN :at + interval '5 minutes' + rnd(n, 17) * interval '2 days' END, 0, false, rnd(n, 18) < 0.01
  AND NOT open, receipt, coalesce(answered, sent)
FROM (SELECT s.*, format('PA-%s-%s-%s', substr(digits, 1, 3), substr(digits, 4, 3), substr(digits, 7, 3)) AS code,
  'Số ' || house || ' ' || street AS place, 'so ' || house || ' ' || t.folded AS place_folded
  FROM (SELECT *, (100000000 + n * 791)::text AS digits FROM seed) s JOIN bench_streets t ON t.name = s.street
  ORDER BY receipt) made
"""
LEG = "INSERT INTO legs (id, ticket_id, agency_id, number, state, dispatched_at, accepted_at, answered_at, \
result_text, released_at, delivered_at, returned_at, return_reason) "
LEGS = (
    LEG
    + """
SELECT n, n, agency, 1, CASE WHEN second = 'returned' THEN 'returned' WHEN second = 'again' THEN 'superseded'
    WHEN NOT open THEN 'released' WHEN state = 'dispatched' THEN 'dispatched' WHEN state = 'answered' THEN 'answered'
    ELSE 'accepted' END, sent, CASE WHEN state <> 'dispatched' THEN taken END,
  CASE WHEN second <> 'returned' THEN coalesce(answered, CASE WHEN state = 'answered' THEN :at END) END,
  CASE WHEN answered IS NOT NULL THEN 'Đã xử lý xong tại hiện trường, đường thông thoáng.' END,
  CASE WHEN second <> 'returned' THEN later('2 hours') END,
  CASE WHEN second <> 'returned' AND rnd(n, 20) < 0.97 THEN later('121 minutes') END,
  CASE WHEN second = 'returned' THEN taken END, CASE WHEN second = 'returned' THEN 'Không thuộc địa bàn' END
FROM seed WHERE state NOT IN ('refused', 'new')""",
    LEG
    + """
SELECT 10000000 + n, n, other, 2, 'released', taken, taken + interval '1 hour', answered, 'Đã xử lý xong.',
  later('3 hours'), later('190 minutes'), NULL, NULL
FROM seed WHERE second <> '' AND state <> 'refused'""",
)
CLOCK = """
INSERT INTO clocks (id, ticket_id, leg_id, agency_id, kind, round, target_kind, target_amount, policy_version_id,
  calendar_version_id, started_at, stopped_at, base_due, original_due, current_due, breached_original_at,
  breached_current_at, standing_original, standing_current, warned_level, noted_original, noted_current)
SELECT id, n, leg, agency, kind, round, k.kind_of_target, k.amount, :policy, CASE WHEN agency IS NULL
  THEN :hotline ELSE :office END, start, stop, due, due, due + more, CASE WHEN own = 'late' THEN due END,
  CASE WHEN now = 'late' THEN due + more END, own, now,
  CASE WHEN stop IS NULL AND now = 'late' THEN 100 ELSE 0 END, due, due + more
FROM (SELECT *, CASE WHEN stop IS NULL AND due >= :at THEN 'running' WHEN coalesce(stop, :at) <= due THEN 'on_time'
    ELSE 'late' END AS own, CASE WHEN stop IS NULL AND due + more >= :at THEN 'running'
    WHEN coalesce(stop, :at) <= due + more THEN 'on_time' ELSE 'late' END AS now
  FROM ({rows}) inner_rows) r JOIN bench_targets k USING (class, kind)
"""
CLOCKS = (
    "SELECT n * 10 AS id, n, NULL::bigint AS leg, NULL::bigint AS agency, 'promise' AS kind, 1 AS round, class, "
    "receipt AS start, CASE WHEN state = 'refused' THEN sent ELSE later('121 minutes') END "
    "AS stop, due, interval '0' AS more FROM seed",
    "SELECT n * 10 + 1 AS id, n, NULL::bigint AS leg, NULL::bigint AS agency, 'triage' AS kind, 1 AS round, class, "
    "receipt AS start, CASE WHEN state <> 'new' THEN sent END AS stop, receipt + interval '150 minutes' AS due, "
    "interval '0' AS more FROM seed",
    "SELECT n * 10 + 2 AS id, n, n AS leg, agency, 'accept' AS kind, 1 AS round, class, sent AS start, "
    "CASE WHEN state <> 'dispatched' THEN taken END AS stop, sent + interval '9 hours' AS due, interval '0' AS more "
    "FROM seed WHERE state NOT IN ('refused', 'new')",
    "SELECT n * 10 + 3 AS id, n, n AS leg, agency, 'resolve' AS kind, 1 AS round, class, sent AS start, "
    "coalesce(answered, CASE WHEN state = 'answered' THEN :at END) AS stop, due + (sent - receipt) AS due, "
    "CASE WHEN rnd(n, 21) < 0.04 THEN interval '1 day' ELSE interval '0' END AS more "
    "FROM seed WHERE state NOT IN ('refused', 'new') AND second <> 'returned'",
    "SELECT n * 10 + 4 AS id, n, n AS leg, agency, 'notify' AS kind, 1 AS round, class, answered AS start, "
    "later('121 minutes') AS stop, answered + interval '1 hour' + rnd(n, 22) "
    "* interval '9 hours' AS due, interval '0' AS more FROM seed WHERE NOT open AND state <> 'refused' "
    "AND second <> 'returned'",
    "SELECT n * 10 + 5 AS id, n, 10000000 + n AS leg, other AS agency, 'resolve' AS kind, CASE WHEN second = 'again' "
    "THEN 2 ELSE 1 END AS round, class, taken AS start, answered AS stop, due + (taken - receipt) AS due, "
    "interval '0' AS more FROM seed WHERE second <> '' AND state <> 'refused'",
    "SELECT n * 10 + 6 AS id, n, NULL::bigint AS leg, NULL::bigint AS agency, 'promise' AS kind, 2 AS round, class, "
    "taken AS start, later('190 minutes') AS stop, due + (taken - receipt) AS due, "
    "interval '0' AS more FROM seed WHERE second = 'again' AND state <> 'refused'",
)
REST = (
    "INSERT INTO pauses (ticket_id, leg_id, kind, reason, started_at, ended_at, limit_at) SELECT n, n, 'force_majeure',"
    " 'Mưa bão', taken, CASE WHEN NOT open THEN least(taken + interval '1 hour', :at) END, :at + interval '3 days' "
    "FROM seed WHERE rnd(n, 23) < 0.02 AND state IN ('in_progress', 'closed') AND second = ''",
    "INSERT INTO ratings (ticket_id, round, stars, created_at, superseded) SELECT n, CASE WHEN second = 'again' THEN 2 "
    "ELSE 1 END, 1 + floor(5 * power(rnd(n, 24), 0.4))::int, answered + interval '1 day', false FROM seed "
    "WHERE NOT open AND state <> 'refused' AND rnd(n, 25) < 0.35",
    "INSERT INTO ticket_events (ticket_id, leg_id, at, kind, actor_kind, old, new, data, scope) "
    "SELECT n, NULL, receipt, 'filed', 'citizen', NULL, NULL, NULL::jsonb, 'all' FROM seed UNION ALL "
    "SELECT n, n, sent, 'dispatched', 'user', NULL, NULL, NULL, 'all' FROM seed WHERE state NOT IN ('refused', 'new') "
    "UNION ALL SELECT n, n, answered, 'answered', 'user', NULL, NULL, NULL, 'leg' FROM seed WHERE NOT open "
    "AND state <> 'refused' UNION ALL SELECT n, n, later('2 hours'), 'released', 'user', "
    "NULL, NULL, NULL, 'all' FROM seed WHERE NOT open AND state <> 'refused' UNION ALL "
    "SELECT n, NULL, taken, 'category_changed', 'user', category, category, "
    '\'{"old_class": "N3", "class": "N7"}\', \'all\' FROM seed WHERE rnd(n, 26) < 0.03',
)


def load(store: Store, *, count: int = 1_000_000, open_: int = 100_000) -> float:
    """Fill an empty database; gives the seconds it took. ``AT`` is its present."""
    began = time.perf_counter()
    migrations.upgrade(store.engine)
    with store.transaction() as session:
        load_defaults(session, now=FIRST)
    with store.transaction() as session:
        values = _lookups(session)
        values |= {"count": count, "closed": count - open_, "at": AT, "first": FIRST}
        db = session.connection()
        for table in WATCHED:
            db.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        indexes = _drop_indexes(db)
        foreign = _drop_foreign_keys(db)
        _run(db, SEED, values)
        for statement in (TICKETS, *LEGS, *(CLOCK.format(rows=one) for one in CLOCKS), *REST):
            _run(db, statement, values)
    _create(store, [one for one in indexes if one.table.name not in LISTS])
    with store.transaction() as session:
        db = session.connection()
        db.execute(text(f"UPDATE tickets t SET recurs = true WHERE {RECURS}"))
        for table, name, definition in foreign:
            db.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID"))
        for table in ("tickets", "legs", "clocks"):
            db.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 20000000)"))
        db.execute(text("DROP TABLE seed"))
    _fill_lists(store, [one for one in indexes if one.table.name in LISTS])
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
        for table in WATCHED:
            plain.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        for table in (*FILLED, "list_counts"):
            plain.execute(text(f"VACUUM (ANALYZE) {table}"))
    return time.perf_counter() - began


def _create(store: Store, indexes: list[Any]) -> None:
    """By two connections, since a build keeps one core busy."""

    def build(index: Any) -> None:
        with store.transaction() as session:
            session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
            session.connection().execute(CreateIndex(index))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(build, indexes))


def _fill_lists(store: Store, indexes: list[Any]) -> None:
    """As the migration does, by two connections; the indexes afterwards."""
    with store.transaction() as session:
        db = session.connection()
        db.execute(text("ANALYZE tickets, legs, clocks, pauses"))
        last = db.scalar(text("SELECT max(id) FROM tickets")) or 0

    def fill(low: int) -> None:
        chosen = "SELECT array_agg(id) FROM tickets WHERE id > :low AND id <= :low + 1000"
        with store.transaction() as session:
            session.execute(text(f"SELECT refresh_lists(({chosen}))"), {"low": low})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(fill, range(0, last, 1_000)))
    with store.transaction() as session:
        db = session.connection()
        db.execute(
            text("INSERT INTO list_counts (viewer, part, change) SELECT viewer, part, count(*) FROM list_entries "
                 "GROUP BY 1, 2")
        )  # fmt: skip
    _create(store, indexes)


def _run(db: Connection, statement: str, values: dict[str, Any]) -> None:
    """``later('…')`` stands for so long after the answer, at most the present; unknown where there is no answer."""
    statement = re.sub(r"later\(('[^']+')\)", r"(answered + least(interval \1, :at - answered))", statement)
    names = set(re.findall(r"(?<!:):([a-z_]+)", statement))
    db.execute(text(statement), {name: values[name] for name in names})


def _drop_indexes(db: Connection) -> list[Any]:
    """Secondary indexes of the tables to fill, as the database has them."""
    indexes = [index for table in Base.metadata.sorted_tables if table.name in FILLED for index in table.indexes]
    for index in indexes:
        db.execute(DropIndex(index, if_exists=True))
    return sorted(indexes, key=lambda one: str(one.name))


def _drop_foreign_keys(db: Connection) -> list[tuple[str, str, str]]:
    query = text(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid::regclass::text = ANY(:tables)"
    )
    found = [(row[0], row[1], row[2]) for row in db.execute(query, {"tables": list(FILLED)})]
    for table, name, _ in found:
        db.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    return found


def _lookups(session: Session) -> dict[str, Any]:
    """Small tables that the statements join, and their sizes."""
    db = session.connection()
    for statement in (
        "CREATE FUNCTION rnd(n bigint, k int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
        "'SELECT (hashint8extended(n, k) & 2147483647) / 2147483648.0::float8'",
        "CREATE TEMP TABLE bench_categories (place int, code text, service_class text, days float8)",
        "CREATE TEMP TABLE bench_phrases (place int, text text, folded text)",
        "CREATE TEMP TABLE bench_streets (name text, folded text)",
        "CREATE TEMP TABLE bench_dues (class text, start timestamptz, due timestamptz)",
        "CREATE TEMP TABLE bench_targets (class text, kind text, kind_of_target text, amount int)",
        "CREATE TEMP TABLE bench_communes AS SELECT (row_number() OVER (ORDER BY code) - 1)::int AS place, code "
        "FROM communes",
    ):
        db.execute(text(statement))
    policy_id, policy = clocks.load_policy(session, AT)
    office_id, office = clocks.load_calendar(session, "vn-office", AT)
    hotline_id, _ = clocks.load_calendar(session, clocks.HOTLINE_CALENDAR, AT)
    categories = list(db.execute(text("SELECT code, service_class FROM categories ORDER BY md5(code)")))
    phrases = [
        one.format_map(_Words()) for entry in read_yaml("demo/reports.yaml").values() for one in entry["reports"]
    ]

    def fill(table: str, rows: list[tuple[Any, ...]]) -> None:
        cursor: Any = db.connection.cursor()
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    fill("bench_categories", [(i, code, kind, CLASS_DAYS[kind]) for i, (code, kind) in enumerate(categories)])
    fill("bench_phrases", [(i, one, fold(one)) for i, one in enumerate(phrases)])
    fill("bench_streets", [(one, fold(one)) for one in STREETS])
    hours = [FIRST.replace(minute=0) + n * HOUR for n in range(24 * 731)]
    fill("bench_dues", [(c, at, due(office, policy.classes[c].resolve, at)) for c in policy.classes for at in hours])
    fill(
        "bench_targets",
        [
            (code, kind, found.kind, found.amount)
            for code, one in policy.classes.items()
            for kind in ("promise", "triage", "accept", "resolve", "notify")
            for found in [one.target(kind)]  # type: ignore[arg-type]
        ],
    )
    for table in ("categories", "phrases", "streets", "dues", "targets", "communes"):
        db.execute(text(f"ANALYZE bench_{table}"))
    agencies = list(db.scalars(text("SELECT id FROM agencies ORDER BY md5(code) LIMIT 60")))
    agencies += [agencies[n % len(agencies)] for n in range(60 - len(agencies))]
    return {
        "agencies": agencies,
        "categories": len(categories),
        "phrases": len(phrases),
        "communes": db.scalar(text("SELECT count(*) FROM communes")),
        "streets": list(STREETS),
        "street_count": len(STREETS),
        "policy": policy_id,
        "office": office_id,
        "hotline": hotline_id,
    }


class _Words(dict[str, str]):
    """What stands for a blank of a sample sentence."""

    def __missing__(self, key: str) -> str:
        return {"street": "Lạch Tray", "house": "45", "lane": "12", "commune": "Lê Chân"}.get(key, "hôm qua")
