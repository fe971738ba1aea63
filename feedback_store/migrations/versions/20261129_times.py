"""Kept counts hold those of each day, and minutes as how many took so many: they are counted again."""

from alembic import op

revision = "20261129_times"
down_revision = "20261129_figures"
branch_labels = None
depends_on = None

AGAIN = "DELETE FROM figure_months"


def upgrade() -> None:
    op.execute(AGAIN)


def downgrade() -> None:
    op.execute(AGAIN)
