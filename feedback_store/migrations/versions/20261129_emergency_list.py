"""Emergencies know who sent them, who saw them first, and which report they became."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_emergency_list"
down_revision = "20261129_next_try"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column(
        "emergency_calls",
        sa.Column(
            "source", sa.String(64), nullable=True,
            comment="who sent it: a: and the blind index of the address, or c: and the conversation",
        ),
    )  # fmt: skip
    op.execute("UPDATE emergency_calls SET source = 'c:' || conversation_id")
    op.alter_column("emergency_calls", "source", nullable=False)
    op.add_column(
        "emergency_calls",
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True, comment="first shown to an operator"),
    )
    op.add_column("emergency_calls", sa.Column("seen_by", sa.Integer(), nullable=True))
    op.execute("UPDATE emergency_calls SET seen_at = taken_at, seen_by = taken_by")
    op.add_column("emergency_calls", sa.Column("ticket_id", sa.Integer(), nullable=True, comment="the report it became"))
    op.create_index(
        "ix_emergency_calls_source", "emergency_calls", ["source", "conversation_id"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )  # fmt: skip
    op.create_index("ix_emergency_calls_conversation", "emergency_calls", ["conversation_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_emergency_calls_conversation", table_name="emergency_calls")
    op.drop_index("ix_emergency_calls_source", table_name="emergency_calls")
    for column in ("ticket_id", "seen_by", "seen_at", "source"):
        op.drop_column("emergency_calls", column)
