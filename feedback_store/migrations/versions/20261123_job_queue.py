"""Tables of the job queue, procrastinate 3.10."""

from pathlib import Path

from alembic import op

revision = "20261123_2"
down_revision = "20261123_1"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql" / "procrastinate_3_10.sql"


def upgrade() -> None:
    # The driver must not look for parameters: the functions hold percent signs.
    op.get_bind().connection.driver_connection.execute(SQL.read_text())


def downgrade() -> None:
    raise RuntimeError("the job queue is not taken away once work may be waiting in it")
