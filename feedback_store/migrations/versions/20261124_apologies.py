"""When a citizen was last told that the promise was not kept."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_apologies"
down_revision = "20261124_staff_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column(
        "clocks",
        sa.Column(
            "late_told_at", sa.DateTime(timezone=True), nullable=True,
            comment="when the citizen was last told of the breach",
        ),
    )
    op.add_column(
        "clocks",
        sa.Column(
            "apology_at", sa.DateTime(timezone=True), nullable=True,
            comment="when to tell them next; null = at the breach",
        ),
    )


def downgrade() -> None:
    op.drop_column("clocks", "apology_at")
    op.drop_column("clocks", "late_told_at")
