"""Extensions of a leg's time, and what they do to its clocks."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1"
down_revision = "20261123_4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.alter_column(
        "clocks", "extra_amount", existing_type=sa.Integer(), existing_nullable=False,
        comment="what a share among agencies adds to the target",
    )
    op.add_column(
        "clocks",
        sa.Column(
            "extended_amount", sa.Integer(), server_default="0", nullable=False,
            comment="what a granted extension adds to the current due, in the target's unit",
        ),
    )
    op.add_column(
        "clocks",
        sa.Column(
            "extension_pending", sa.Boolean(), server_default="false", nullable=False,
            comment="asked in time and undecided: the current due cannot be breached",
        ),
    )
    op.create_table(
        "extensions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("leg_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "amount", sa.Integer(), nullable=False, comment="in the unit of the leg's target: minutes or working days"
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(16), nullable=True, comment="granted | refused | lapsed; null = undecided"),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column(
            "told_at", sa.DateTime(timezone=True), nullable=True, comment="when the citizen was told of the new date"
        ),
        sa.ForeignKeyConstraint(["leg_id"], ["legs.id"], name=op.f("fk_extensions_leg_id_legs")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_extensions_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
    )
    op.create_index("ix_extensions_ticket", "extensions", ["ticket_id"])
    op.create_index("ix_extensions_leg", "extensions", ["leg_id"])
    op.create_index(
        "ix_extensions_open", "extensions", ["asked_at"], postgresql_where=sa.text("decision IS NULL")
    )


def downgrade() -> None:
    op.drop_table("extensions")
    op.drop_column("clocks", "extension_pending")
    op.drop_column("clocks", "extended_amount")
