"""Groups of categories edited in the console; files of users between their preview and their confirmation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_editors"
down_revision = "20261124_4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column("category_groups", sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "user_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "content", postgresql.JSONB(), nullable=False,
            comment="header and rows as read; emptied when it is applied",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_user_files_created_by_users"),
        sa.PrimaryKeyConstraint("id", name="pk_user_files"),
    )


def downgrade() -> None:
    op.drop_table("user_files")
    op.drop_column("category_groups", "edited_at")
