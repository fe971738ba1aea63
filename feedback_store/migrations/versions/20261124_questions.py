"""Questions to the citizen, during which the clocks wait."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_2"
down_revision = "20261124_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("leg_id", sa.BigInteger(), nullable=True, comment="the agency that asks; null = hotline"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pause_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(16), nullable=True, comment="answered | expired | over; null = waiting"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["leg_id"], ["legs.id"], name=op.f("fk_questions_leg_id_legs")),
        sa.ForeignKeyConstraint(["pause_id"], ["pauses.id"], name=op.f("fk_questions_pause_id_pauses")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_questions_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index("ix_questions_ticket", "questions", ["ticket_id"])
    op.create_index(
        "uq_questions_waiting", "questions", ["ticket_id"], unique=True, postgresql_where=sa.text("outcome IS NULL")
    )


def downgrade() -> None:
    op.drop_table("questions")
