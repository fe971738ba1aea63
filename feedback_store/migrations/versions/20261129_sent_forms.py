"""A form that was sent is known with its outcome, and a page knows whose session it was shown in."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_sent_forms"
down_revision = "20261129_owed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "sent_forms",
        sa.Column("key", sa.LargeBinary(), primary_key=True, comment="blind index of sender, address and content"),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=True, comment="encrypted; null = at work, or cut off"),
    )
    op.create_index("ix_sent_forms_sent_at", "sent_forms", ["sent_at"])
    op.create_index("ix_user_sessions_csrf_token", "user_sessions", ["csrf_token"])


def downgrade() -> None:
    op.drop_index("ix_user_sessions_csrf_token", "user_sessions")
    op.drop_table("sent_forms")
