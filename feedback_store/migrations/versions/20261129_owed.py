"""What must be told by telephone is owed until the call; lists of what waits for a person have their indexes."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_owed"
down_revision = "20261129_reporter_index"
branch_labels = None
depends_on = None

# Results and later dates that nobody has told yet. A refusal of before counted as told; that past stays as it is.
OWED = """
WITH called AS (
    SELECT t.id, t.reporter_phone IS NOT NULL OR p.phone IS NOT NULL AS has_phone
    FROM tickets t LEFT JOIN conversations c ON c.id = t.conversation_id LEFT JOIN contacts p ON p.id = t.contact_id
    WHERE t.conversation_id IS NULL OR c.channel = 'phone'
)
INSERT INTO phone_tellings (ticket_id, leg_id, kind, state, ready_at, has_phone)
SELECT l.ticket_id, l.id, 'result', 'open', l.released_at, called.has_phone
FROM legs l JOIN called ON called.id = l.ticket_id
WHERE l.state = 'released' AND l.delivered_at IS NULL AND l.released_at IS NOT NULL
    AND EXISTS (SELECT FROM clocks k WHERE k.leg_id = l.id AND k.kind = 'notify' AND k.stopped_at IS NULL)
UNION ALL
SELECT called.id, NULL, 'new_date', 'open', max(n.at), called.has_phone
FROM called JOIN tickets t ON t.id = called.id JOIN (
    SELECT ticket_id, decided_at AS at FROM extensions WHERE decision = 'granted' AND told_at IS NULL
    UNION ALL
    SELECT ticket_id, made_at FROM promise_moves WHERE told_at IS NULL AND dropped_at IS NULL
) n ON n.ticket_id = called.id
WHERE t.state IN ('new', 'dispatched', 'in_progress', 'answered')
GROUP BY called.id, called.has_phone
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    at = sa.DateTime(timezone=True)
    op.create_table(
        "phone_tellings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("ticket_id", sa.BigInteger(), sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("leg_id", sa.BigInteger(), sa.ForeignKey("legs.id"), nullable=True, comment="of a result: whose"),
        sa.Column("kind", sa.String(64), nullable=False, comment="result | refusal | new_date"),
        sa.Column(
            "state", sa.String(64), nullable=False,
            comment="open | told | unreachable (wrong number) | dropped (nothing to tell any more)",
        ),
        sa.Column("ready_at", at, nullable=False, comment="since when there is something to tell"),
        sa.Column("has_phone", sa.Boolean(), nullable=False),
        sa.Column("next_try_at", at, nullable=True, comment="not reached: not before this instant again"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column(
            "taken_by", sa.Integer(), nullable=True, comment="who sees the number; null = nobody calls now"
        ),
        sa.Column("taken_at", at, nullable=True),
        sa.Column("told_at", at, nullable=True, comment="the instant of the call, or of another proof"),
        sa.Column("closed_at", at, nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True, comment="why the citizen cannot be told"),
    )  # fmt: skip
    op.create_index("ix_phone_tellings_ticket", "phone_tellings", ["ticket_id"])
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, postgresql_where=sa.text(where))
    op.create_index(
        "uq_phone_tellings_open_new_date", "phone_tellings", ["ticket_id"], unique=True,
        postgresql_where=sa.text("state = 'open' AND kind = 'new_date'"),
    )  # fmt: skip
    op.execute(OWED)


INDEXES = (
    ("ix_phone_tellings_open", "phone_tellings", ["has_phone", "next_try_at"], "state = 'open'"),
    ("ix_phone_tellings_unreachable", "phone_tellings", ["closed_at"], "state = 'unreachable'"),
    ("ix_pauses_citizen_open", "pauses", ["ticket_id", "leg_id"], "ended_at IS NULL AND kind = 'citizen'"),
    ("ix_additions_unseen", "additions", ["ticket_id"], "seen_at IS NULL"),
    ("ix_extensions_undecided", "extensions", ["ticket_id"], "decision IS NULL"),
)


def downgrade() -> None:
    op.drop_table("phone_tellings")
    for name, table, _, _ in INDEXES[2:]:
        op.drop_index(name, table_name=table)
