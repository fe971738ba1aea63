"""A pause that an agency opened for force majeure waits for the supervisor's word; those of before need none."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_pause_word"
down_revision = "20261129_sent_forms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    at = sa.DateTime(timezone=True)
    op.add_column(
        "pauses",
        sa.Column(
            "word_due_at", at, nullable=True, comment="without the supervisor's word it ends here; null = needs none"
        ),
    )
    op.add_column(
        "pauses", sa.Column("word", sa.String(64), nullable=True, comment="confirmed | refused | lapsed; null = waits")
    )
    op.add_column("pauses", sa.Column("word_reason", sa.Text(), nullable=True))
    op.add_column("pauses", sa.Column("word_at", at, nullable=True))
    op.add_column("pauses", sa.Column("word_by", sa.Integer(), nullable=True))
    op.create_index(
        "ix_pauses_word_awaited", "pauses", ["ticket_id"],
        postgresql_where=sa.text("ended_at IS NULL AND word_due_at IS NOT NULL AND word IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_pauses_word_awaited", table_name="pauses")
    for name in ("word_by", "word_at", "word_reason", "word", "word_due_at"):
        op.drop_column("pauses", name)
