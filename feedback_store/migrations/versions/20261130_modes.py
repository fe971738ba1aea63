"""A conversation in an emergency, or under a seal, until when; a person may be asked for without a telephone."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_modes"
down_revision = "20261129_plans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column(
        "conversations",
        sa.Column("emergency_kind", sa.String(64), nullable=True, comment="kind of the danger that was answered last"),
    )
    op.add_column(
        "conversations",
        sa.Column(
            "emergency_until", sa.DateTime(timezone=True), nullable=True,
            comment="until then every message is answered with the number; null = no emergency, or it is over",
        ),
    )  # fmt: skip
    op.add_column(
        "conversations",
        sa.Column(
            "sealing_until", sa.DateTime(timezone=True), nullable=True,
            comment="a denunciation is sealed and may be taken back until then; what follows it is sealed too",
        ),
    )  # fmt: skip
    op.alter_column(
        "callback_tasks", "phone", nullable=True, comment="null: the citizen gave none; answer in the chat"
    )


def downgrade() -> None:
    op.execute("DELETE FROM callback_tasks WHERE phone IS NULL")
    op.alter_column("callback_tasks", "phone", nullable=False, comment=None)
    op.drop_column("conversations", "sealing_until")
    op.drop_column("conversations", "emergency_until")
    op.drop_column("conversations", "emergency_kind")
