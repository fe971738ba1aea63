"""Standings of every clock computed a second time: plain SQL over the event trail, no domain code.

Due instants are read from the events (``data.clocks``); whether a clock was on time, late, left or still running at an
instant follows from what happened when. Nothing is read from the tables ``clocks``, ``legs`` or ``pauses``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

STEPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("ev", ("id", "ticket_id", "leg_id", "kind"), """
    SELECT id, ticket_id, leg_id, agency_id, at, kind, new, coalesce(data, '{}'::jsonb) AS data
    FROM ticket_events WHERE at <= :at
    """),
    ("due", ("clock",), """
    SELECT (one->>'id')::bigint AS clock, ev.ticket_id, ev.id AS eid, ev.at AS set_at, one->>'kind' AS kind,
        (one->>'leg')::bigint AS leg, (one->>'round')::int AS round, (one->>'start')::timestamptz AS start,
        (one->>'original')::timestamptz AS original, (one->>'current')::timestamptz AS current,
        one->>'unit' AS unit,
        lead(ev.at) OVER (PARTITION BY one->>'id' ORDER BY ev.id) AS until
    FROM ev CROSS JOIN LATERAL jsonb_array_elements(ev.data->'clocks') AS one
    """),
    ("clock", ("clock", "leg", "ticket_id"), """
    SELECT DISTINCT ON (clock) clock, ticket_id, eid, kind, leg, round, start FROM due ORDER BY clock, eid
    """),
    ("last_due", ("clock",), """
    SELECT DISTINCT ON (clock) clock, original, current FROM due ORDER BY clock, eid DESC
    """),
    ("chat", ("ticket_id",), """
    SELECT ticket_id, data->>'channel' = 'web' AND (data->>'chat')::boolean AS readable_at_once
    FROM ev WHERE kind = 'filed'
    """),
    # each result with what became of it
    ("answer", ("leg_id",), """
    SELECT a.id, a.leg_id, a.ticket_id, a.at, b.at AS back_at FROM ev a
    LEFT JOIN LATERAL (
        SELECT at FROM ev WHERE ev.leg_id = a.leg_id AND ev.kind = 'sent_back' AND ev.id > a.id ORDER BY ev.id LIMIT 1
    ) AS b ON true
    WHERE a.kind = 'answered'
    """),
    # when the citizen could read the result of a leg
    ("told", ("leg_id",), """
    SELECT DISTINCT ON (ev.leg_id) ev.leg_id, ev.id, ev.at FROM ev JOIN chat USING (ticket_id)
    WHERE ev.kind = CASE WHEN chat.readable_at_once THEN 'released' ELSE 'delivered' END AND ev.leg_id IS NOT NULL
    ORDER BY ev.leg_id, ev.id
    """),
    ("leg_of_round", ("ticket_id",), """
    SELECT DISTINCT clock.ticket_id, clock.round, clock.leg FROM clock
    WHERE clock.kind = 'resolve' AND NOT EXISTS (SELECT FROM ev WHERE ev.leg_id = clock.leg AND ev.kind = 'returned')
    UNION  -- of an imported leg the promise may be judged where its own clock could not
    SELECT i.ticket_id, 1, i.leg_id FROM ev i WHERE i.kind = 'imported' AND i.leg_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM ev WHERE ev.leg_id = i.leg_id AND ev.kind = 'returned')
    """),
    ("promise_told", ("ticket_id",), """
    SELECT l.ticket_id, l.round, max(told.at) AS at FROM leg_of_round l LEFT JOIN told ON told.leg_id = l.leg
    GROUP BY l.ticket_id, l.round HAVING bool_and(told.at IS NOT NULL)
    """),
    # when a clock stopped by what it measures
    ("ended", ("clock",), """
    SELECT c.clock, CASE c.kind
        WHEN 'triage' THEN (SELECT e.at FROM ev e WHERE e.ticket_id = c.ticket_id
            AND e.kind IN ('dispatched', 'refused') ORDER BY e.id LIMIT 1)
        WHEN 'accept' THEN (SELECT e.at FROM ev e WHERE e.leg_id = c.leg
            AND e.kind IN ('accepted', 'answered', 'returned') ORDER BY e.id LIMIT 1)
        WHEN 'resolve' THEN coalesce(
            (SELECT a.at FROM answer a WHERE a.leg_id = c.leg AND a.back_at IS NULL ORDER BY a.id DESC LIMIT 1),
            (SELECT e.at FROM ev e WHERE e.leg_id = c.leg AND e.kind = 'returned' ORDER BY e.id LIMIT 1))
        WHEN 'notify' THEN (SELECT t.at FROM told t WHERE t.leg_id = c.leg AND t.id > c.eid)
        WHEN 'promise' THEN coalesce(
            (SELECT p.at FROM promise_told p WHERE p.ticket_id = c.ticket_id AND p.round = c.round),
            (SELECT e.at FROM ev e WHERE e.ticket_id = c.ticket_id AND e.kind = 'refusal_told' ORDER BY e.id LIMIT 1))
        END AS at
    FROM clock c
    """),
    ("reopened", ("clock",), """
    SELECT c.clock, min(e.at) AS at FROM clock c JOIN ev e ON e.ticket_id = c.ticket_id AND e.kind = 'reopened'
        AND e.id > c.eid AND c.eid < e.id GROUP BY c.clock
    """),
    # when a clock left the cohorts that fall due later
    ("gone", ("clock",), """
    SELECT c.clock, min(e.at) AS at FROM clock c JOIN ev e ON e.ticket_id = c.ticket_id AND e.id > c.eid AND (
        e.kind = 'withdrawn'
        OR (e.kind = 'returned' AND e.leg_id = c.leg AND c.kind IN ('accept', 'resolve')
            AND (e.data->>'in_time')::boolean)
        OR (e.kind = 'sent_back' AND e.leg_id = c.leg AND c.kind = 'notify')
        OR (e.kind = 'refused' AND c.kind = 'promise' AND e.at <= (
            SELECT d.current FROM last_due d JOIN clock t USING (clock)
            WHERE t.ticket_id = c.ticket_id AND t.kind = 'triage'))
    ) GROUP BY c.clock
    """),
    # stretches in which a clock cannot run out
    ("hold", ("clock",), """
    SELECT c.clock, 'both' AS side, 'pause' AS why, p.at AS low, least(coalesce((
            SELECT r.at FROM ev r WHERE r.ticket_id = p.ticket_id AND r.kind = 'resumed' AND r.id > p.id
                AND r.leg_id IS NOT DISTINCT FROM p.leg_id ORDER BY r.id LIMIT 1), 'infinity'),
        -- an agency's own waits for the supervisor's word, and holds no longer than that
        CASE WHEN NOT EXISTS (
            SELECT FROM ev w WHERE w.leg_id = p.leg_id AND w.kind = 'pause_confirmed' AND w.id > p.id AND w.at >= p.at
                AND NOT EXISTS (SELECT FROM ev n WHERE n.leg_id = p.leg_id AND n.kind = 'paused'
                    AND n.id > p.id AND n.id < w.id))
        THEN (p.data->>'word_due')::timestamptz END) AS high
    FROM clock c JOIN ev p ON p.ticket_id = c.ticket_id AND p.kind = 'paused' AND (
        (c.kind = 'promise' AND p.data->>'pause' = 'citizen')
        OR (c.kind = 'resolve' AND (p.leg_id IS NULL OR p.leg_id = c.leg)))
    UNION ALL
    SELECT c.clock, 'both', 'review', a.at, a.back_at FROM clock c JOIN answer a ON a.leg_id = c.leg
    WHERE c.kind = 'resolve' AND a.back_at IS NOT NULL
    UNION ALL
    SELECT c.clock, 'current', 'extension', e.at, coalesce(d.at, 'infinity') FROM clock c
    JOIN ev e ON e.leg_id = c.leg AND e.kind = 'extension_asked'
    LEFT JOIN LATERAL (
        SELECT at, kind FROM ev WHERE ev.leg_id = c.leg AND ev.id > e.id
            AND ev.kind IN ('extension_granted', 'extension_refused', 'extension_lapsed') ORDER BY ev.id LIMIT 1
    ) AS d ON true
    WHERE c.kind = 'resolve' AND (d.kind IS NULL OR d.kind = 'extension_granted')
    """),
    ("side", ("clock",), """
    SELECT due.clock, 'original' AS side, set_at, until, original AS due FROM due
    UNION ALL SELECT due.clock, 'current', set_at, until, current FROM due
    """),
    ("stop", ("clock",), """
    SELECT c.clock, least(ended.at, reopened.at, gone.at) AS at, gone.at AS gone_at FROM clock c
    LEFT JOIN ended USING (clock) LEFT JOIN reopened USING (clock) LEFT JOIN gone USING (clock)
    """),
    ("breach", ("clock",), """
    SELECT s.clock, s.side, min(s.due) AS at FROM side s JOIN stop USING (clock)
    WHERE s.due < least(s.until, stop.at, :at) AND NOT EXISTS (
        SELECT FROM hold h WHERE h.clock = s.clock AND h.side IN ('both', s.side)
            AND s.set_at < h.high AND h.low < s.due AND (s.due < h.high OR s.until <= h.high))
    GROUP BY s.clock, s.side
    """),
    ("final", ("clock",), """
    SELECT clock, 'original' AS side, original AS due FROM last_due
    UNION ALL SELECT clock, 'current', current FROM last_due
    """),
    ("late_return", ("clock",), """
    SELECT c.clock, e.at FROM clock c JOIN ev e ON e.leg_id = c.leg AND e.kind = 'returned'
    WHERE c.kind = 'resolve' AND NOT (e.data->>'in_time')::boolean
    """),
    ("undecided", ("clock",), """
    SELECT h.clock FROM hold h WHERE h.side = 'current' AND h.high = 'infinity'
    """),
    ("standing", ("clock", "ticket"), """
    SELECT f.clock, f.side, c.kind, c.ticket_id AS ticket, f.due,
        CASE WHEN b.at IS NOT NULL THEN 'late'
            WHEN f.due >= stop.gone_at THEN 'left'
            WHEN r.at IS NOT NULL THEN 'late'
            WHEN stop.at IS NOT NULL AND stop.at <= f.due THEN 'on_time'
            WHEN stop.at IS NOT NULL AND NOT (f.side = 'current' AND u.clock IS NOT NULL) THEN 'late'
            ELSE 'running' END AS standing,
        coalesce(b.at, CASE WHEN stop.gone_at IS NULL OR f.due < stop.gone_at THEN r.at END) AS breached
    FROM final f JOIN clock c USING (clock) JOIN stop USING (clock)
    LEFT JOIN breach b ON b.clock = f.clock AND b.side = f.side
    LEFT JOIN late_return r ON r.clock = f.clock
    LEFT JOIN undecided u ON u.clock = f.clock
    """),
)
"""Name, indexed columns and query of each step; one temporary table each, so that later steps can look things up."""

@dataclass(frozen=True, slots=True)
class Standing:
    """One side of one clock, by the trail alone."""

    clock: int
    side: str
    kind: str
    ticket: int
    due: dt.datetime
    standing: str
    breached: dt.datetime | None


def standings(session: Session, at: dt.datetime) -> list[Standing]:
    """Every clock's two standings at ``at``."""
    prepare(session, at)
    return [Standing(*row) for row in session.execute(text("SELECT * FROM standing ORDER BY clock, side"))]


def prepare(session: Session, at: dt.datetime) -> None:
    """Make the tables of STEPS for this transaction; the last, ``standing``, has the columns of :class:`Standing`."""
    connection = session.connection()
    for name, indexed, query in STEPS:
        connection.execute(text(f"DROP TABLE IF EXISTS pg_temp.{name}"))
        connection.execute(text(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {query}"), {"at": at})
        for column in indexed:
            connection.execute(text(f"CREATE INDEX ON pg_temp.{name} ({column})"))
        connection.execute(text(f"ANALYZE pg_temp.{name}"))


DIFFERENT = """
WITH stored AS (
    SELECT id AS clock, 'original' AS side, kind, ticket_id AS ticket, original_due AS due,
        standing_original::text AS standing, breached_original_at AS breached FROM clocks
    UNION ALL SELECT id, 'current', kind, ticket_id, current_due, standing_current, breached_current_at FROM clocks
)
SELECT s.clock, s.side, s.kind, s.ticket, s.due, s.standing, s.breached,
    c.clock, c.side, c.kind, c.ticket, c.due, c.standing, c.breached
FROM stored s FULL JOIN standing c ON c.clock = s.clock AND c.side = s.side
WHERE (s.clock, s.kind, s.ticket, s.due, s.standing, s.breached)
    IS DISTINCT FROM (c.clock, c.kind, c.ticket, c.due, c.standing, c.breached)
AND NOT (  -- an open pause moves the due further every second; the trail is told of it at its end
    (s.kind, s.ticket, s.standing, s.breached) IS NOT DISTINCT FROM (c.kind, c.ticket, 'running', NULL)
    AND c.standing = 'running' AND s.due > c.due AND EXISTS (
        SELECT FROM hold h WHERE h.clock = c.clock AND h.why = 'pause' AND h.low < s.due AND h.high > :at)
)
ORDER BY coalesce(s.clock, c.clock), coalesce(s.side, c.side)
"""


def differences(session: Session, at: dt.datetime) -> list[tuple[Standing | None, Standing | None]]:
    """``(stored, computed)`` where they differ; either may be missing."""
    prepare(session, at)
    both = [(row[:7], row[7:]) for row in session.execute(text(DIFFERENT), {"at": at})]
    return [tuple(Standing(*one) if one[0] is not None else None for one in pair) for pair in both]  # type: ignore[misc]
