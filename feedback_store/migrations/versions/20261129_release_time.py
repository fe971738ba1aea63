"""Time that a leg leaves to the release of its result: for which promise, and how much (sla.md, rule 16)."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_release_time"
down_revision = "20261124_volume"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    promise = "of a leg that leaves time for its release: before which promise (rule 16)"
    half = "a further leg: never less than half its class target"
    columns = (
        sa.Column("kept_promise_id", sa.BigInteger(), sa.ForeignKey("clocks.id"), comment=promise),
        sa.Column("kept_kind", sa.String(32), comment="the notify target that is kept back"),
        sa.Column("kept_amount", sa.Integer()),
        sa.Column("kept_half", sa.Boolean(), nullable=False, server_default=sa.text("false"), comment=half),
    )
    for column in columns:
        op.add_column("clocks", column)


def downgrade() -> None:
    for name in ("kept_half", "kept_amount", "kept_kind", "kept_promise_id"):
        op.drop_column("clocks", name)
