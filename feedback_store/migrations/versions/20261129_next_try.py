"""The sweeper goes by a conversation's next try; turns that failed and updates that nobody could read are listed."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_next_try"
down_revision = "20261129_sign_ins"
branch_labels = None
depends_on = None

BEFORE = "receipt of the oldest event not handled yet; the sweeper's index"
NOW = "receipt of the oldest event not handled yet"


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column(
        "conversations",
        sa.Column(
            "next_try_at", sa.DateTime(timezone=True), nullable=True,
            comment="when the sweeper may begin a turn: end of the lease or of the back-off; null = nothing waits",
        ),
    )  # fmt: skip
    op.add_column(
        "conversations",
        sa.Column(
            "failing", sa.Boolean(), nullable=False, server_default=sa.text("false"),
            comment="the turn of its oldest waiting event broke before",
        ),
    )  # fmt: skip
    op.execute(
        "UPDATE conversations SET next_try_at = greatest(pending_since, leased_until) WHERE pending_since IS NOT NULL"
    )
    op.create_index(
        "ix_conversations_next_try", "conversations", ["failing", "next_try_at"],
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )  # fmt: skip
    op.drop_index("ix_conversations_pending", table_name="conversations")
    _pending_since(NOW)
    op.create_index(
        "ix_inbound_events_failed", "inbound_events", ["handled_at"],
        postgresql_where=sa.text("handled_at IS NOT NULL AND failure IS NOT NULL"),
    )  # fmt: skip
    op.create_table(
        "unread_updates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("event_key", sa.String(128), nullable=False, comment="the channel's id of the update"),
        sa.Column("reason", sa.String(200), nullable=False, comment="error class and where, no citizen text"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unread_updates")),
        sa.UniqueConstraint(
            "channel", "account", "event_key", name=op.f("uq_unread_updates_channel_account_event_key")
        ),
    )


def _pending_since(comment: str) -> None:
    op.alter_column(
        "conversations", "pending_since", existing_type=sa.DateTime(timezone=True), existing_nullable=True,
        comment=comment,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("unread_updates")
    op.drop_index("ix_inbound_events_failed", table_name="inbound_events")
    _pending_since(BEFORE)
    op.create_index(
        "ix_conversations_pending", "conversations", ["pending_since"],
        postgresql_where=sa.text("pending_since IS NOT NULL"),
    )  # fmt: skip
    op.drop_index("ix_conversations_next_try", table_name="conversations")
    op.drop_column("conversations", "failing")
    op.drop_column("conversations", "next_try_at")
