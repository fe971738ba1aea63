"""What a share or an extension adds to a clock, where a pause must end, and sample tickets by index."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_3"
down_revision = "20261123_2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column(
        "clocks",
        sa.Column(
            "extra_amount", sa.Integer(), server_default="0", nullable=False,
            comment="what a share among agencies or an extension adds to the target",
        ),
    )
    op.add_column(
        "pauses",
        sa.Column(
            "limit_at", sa.DateTime(timezone=True), nullable=True, comment="the policy's cap: the job ends it here"
        ),
    )
    op.alter_column(
        "pauses", "kind", existing_type=sa.String(64), existing_nullable=False,
        comment="citizen | force_majeure | review (a result sent back)",
    )
    op.alter_column(
        "legs", "state", existing_type=sa.String(64), existing_nullable=False,
        comment="dispatched | accepted | answered | released | superseded | returned | cancelled",
    )
    op.create_index("ix_tickets_sample", "tickets", ["id"], postgresql_where=sa.text("is_sample"))


def downgrade() -> None:
    op.drop_index("ix_tickets_sample", "tickets")
    op.drop_column("pauses", "limit_at")
    op.drop_column("clocks", "extra_amount")
