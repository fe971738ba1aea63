"""Recalculated due times: the original due's own calendar, and promises that move once the citizen is told."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_recalculations"
down_revision = "20261124_figures"
branch_labels = None
depends_on = None

ADDS = "what a share among agencies adds to the target"
ADDS_NOW = "what a share among agencies, or a recalculation, adds to the target"


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column(
        "clocks",
        sa.Column(
            "original_calendar_version_id", sa.BigInteger(), nullable=True,
            comment="of the original due, where a recalculation moved the current one alone; null = the same",
        ),
    )
    op.create_foreign_key(
        "fk_clocks_original_calendar_version_id_calendar_versions", "clocks", "calendar_versions",
        ["original_calendar_version_id"], ["id"],
    )
    op.alter_column(
        "clocks", "extra_amount", existing_type=sa.Integer(), existing_nullable=False, existing_server_default="0",
        comment=ADDS_NOW, existing_comment=ADDS,
    )
    op.create_table(
        "promise_moves",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("calendar_version_id", sa.BigInteger(), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "extra_change", sa.Integer(), nullable=False, comment="what the newer policy adds, in the target's unit"
        ),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False, comment="as the citizen is told"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "dropped_at", sa.DateTime(timezone=True), nullable=True, comment="a newer recalculation came first"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_promise_moves_ticket_id_tickets"),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name="fk_promise_moves_clock_id_clocks"),
        sa.ForeignKeyConstraint(
            ["calendar_version_id"], ["calendar_versions.id"],
            name="fk_promise_moves_calendar_version_id_calendar_versions",
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_versions.id"], name="fk_promise_moves_policy_version_id_policy_versions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_promise_moves"),
    )
    op.create_index("ix_promise_moves_ticket", "promise_moves", ["ticket_id"])
    op.create_index(
        "uq_promise_moves_waiting", "promise_moves", ["clock_id"], unique=True,
        postgresql_where=sa.text("told_at IS NULL AND dropped_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("promise_moves")
    op.alter_column(
        "clocks", "extra_amount", existing_type=sa.Integer(), existing_nullable=False, existing_server_default="0",
        comment=ADDS, existing_comment=ADDS_NOW,
    )
    op.drop_column("clocks", "original_calendar_version_id")
