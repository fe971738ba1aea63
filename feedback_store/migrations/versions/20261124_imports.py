"""Imports of tickets from another system."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_imports"
down_revision = "20261124_editors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.String(64), nullable=False, comment="name of the old system"),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True, comment="Fernet token; null = erased"),
        sa.Column(
            "refused", sa.LargeBinary(), nullable=True, comment="the rows to correct, a Fernet token of a file"
        ),
        sa.Column(
            "state", sa.String(64), nullable=False,
            comment="received | checked | confirmed | done | faulty | cancelled",
        ),
        sa.Column("fault", sa.Text(), nullable=True, comment="of the whole file, as people read it"),
        sa.Column(
            "preview", postgresql.JSONB(), nullable=True,
            comment="counts and first rows, no contact data",
        ),
        sa.Column("result", postgresql.JSONB(), nullable=True, comment="the same of what was done"),
        sa.Column("total", sa.Integer(), nullable=False, comment="rows to import"),
        sa.Column("done", sa.Integer(), nullable=False, comment="rows imported so far"),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True, comment="a worker has it until then"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
    )
    op.create_index("ix_import_runs_state", "import_runs", ["state"])
    op.create_table(
        "imported_tickets",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("old_code", sa.String(64), nullable=False),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=False, comment="four bytes of a keyed hash for each column"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_runs.id"], name=op.f("fk_imported_tickets_run_id_import_runs")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_imported_tickets_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_imported_tickets")),
        sa.UniqueConstraint("source", "old_code", name=op.f("uq_imported_tickets_source_old_code")),
    )
    op.create_index(op.f("ix_imported_tickets_run_id"), "imported_tickets", ["run_id"])


def downgrade() -> None:
    op.drop_table("imported_tickets")
    op.drop_table("import_runs")
