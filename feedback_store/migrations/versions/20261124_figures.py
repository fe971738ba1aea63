"""Why a report was refused as one of the grounds of rule 15, and the indexes that the figures count by."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_figures"
down_revision = "20261124_imports"
branch_labels = None
depends_on = None

WHERE = {
    "ix_tickets_closed": ("tickets", ["closed_at"], "closed_at IS NOT NULL"),
    "ix_tickets_place": (
        "tickets",
        ["category_code", "commune_code", sa.text("md5(lower(btrim(place_text)))"), "receipt_at"],
        "commune_code IS NOT NULL AND place_text IS NOT NULL",
    ),
    "ix_legs_dispatched": ("legs", ["dispatched_at"], None),
    "ix_legs_further": ("legs", ["ticket_id"], "number > 1"),
    "ix_legs_untold": ("legs", ["ticket_id"], "state = 'released' AND delivered_at IS NULL"),
    "ix_clocks_further_promises": ("clocks", ["ticket_id", "round"], "kind = 'promise' AND round > 1"),
    "ix_clocks_further_legs": ("clocks", ["leg_id", "round"], "kind = 'resolve' AND round > 1"),
    "ix_outbound_messages_failed": ("outbound_messages", ["status", "ticket_id"], "status = 'dead'"),
    "ix_legs_released": ("legs", ["released_at"], "released_at IS NOT NULL"),
    "ix_legs_delivered": ("legs", ["delivered_at"], "delivered_at IS NOT NULL"),
    "ix_ticket_events_recategorised": ("ticket_events", ["at"], "kind = 'category_changed'"),
    "ix_conversations_created": ("conversations", ["created_at"], None),
}
COVERED = {"ix_legs_released", "ix_legs_delivered"}


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column(
        "tickets",
        sa.Column(
            "refusal_ground", sa.String(16), nullable=True,
            comment="scope | area | duplicate | too_little | prank | other (sla.md rule 15)",
        ),
    )
    for name, (table, columns, where) in WHERE.items():
        op.create_index(
            name,
            table,
            columns,
            postgresql_where=sa.text(where) if where else None,
            postgresql_include=["id", "ticket_id", "number", "agency_id"] if name in COVERED else None,
        )


def downgrade() -> None:
    for name, (table, _, _) in WHERE.items():
        op.drop_index(name, table_name=table)
    op.drop_column("tickets", "refusal_ground")
