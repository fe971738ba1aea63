"""Legs handed to the successor of a dissolved agency, whose they count as, and legs that a leader must answer."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_3"
down_revision = "20261124_2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column(
        "legs",
        sa.Column("handed_from_id", sa.Integer(), nullable=True, comment="the dissolved agency that held it before"),
    )
    op.add_column("legs", sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "legs",
        sa.Column(
            "for_leader", sa.Boolean(), server_default="false", nullable=False,
            comment="reopened a second time: the agency's leader answers",
        ),
    )
    op.alter_column(
        "clocks", "agency_id", existing_type=sa.Integer(), existing_nullable=True,
        comment="that held the leg at the current due; for the figures",
    )
    op.add_column(
        "clocks",
        sa.Column(
            "original_agency_id", sa.Integer(), nullable=True,
            comment="that held it at the original due, where another did; null = the same",
        ),
    )


def downgrade() -> None:
    op.drop_column("clocks", "original_agency_id")
    op.drop_column("legs", "for_leader")
    op.drop_column("legs", "handed_over_at")
    op.drop_column("legs", "handed_from_id")
