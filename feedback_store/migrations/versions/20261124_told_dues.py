"""The trail tells every due instant that an event set."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_4"
down_revision = "20261124_3"
branch_labels = None
depends_on = None

TOLD = "clocks: due instants that this event set, so that every standing can be computed from the trail alone"


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column(
        "clocks",
        sa.Column(
            "noted_original", sa.DateTime(timezone=True), nullable=True,
            comment="original_due as the trail last told it",
        ),
    )
    op.add_column("clocks", sa.Column("noted_current", sa.DateTime(timezone=True), nullable=True))
    op.alter_column(
        "ticket_events", "data", existing_type=postgresql.JSONB(astext_type=sa.Text()), existing_nullable=True,
        comment=TOLD,
    )


def downgrade() -> None:
    op.alter_column(
        "ticket_events", "data", existing_type=postgresql.JSONB(astext_type=sa.Text()), existing_nullable=True,
        comment=None, existing_comment=TOLD,
    )
    op.drop_column("clocks", "noted_current")
    op.drop_column("clocks", "noted_original")
