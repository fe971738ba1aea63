"""The audit log is a chain: every row holds its number and the hash of itself and the row before (ADR 0029)."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_audit_chain"
down_revision = "20261129_release_time"
branch_labels = None
depends_on = None

# What is hashed. jsonb_build_array keeps apart what text glued together would not: null and '', one value and two.
HASH = """
CREATE FUNCTION audit_hash(before bytea, seq bigint, at timestamptz, user_id integer, action text, subject text,
    data jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(jsonb_build_array(encode(before, 'hex'), seq,
        to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), user_id, action, subject, data)::text, 'UTF8'))
$$
"""
# The head is locked until the commit, so rows are numbered in the order in which they become visible. The function runs
# with its owner's rights: whoever may append an entry can neither set its number nor move the head.
APPEND = """
CREATE FUNCTION audit_append() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE head audit_heads%ROWTYPE;
BEGIN
    SELECT * INTO STRICT head FROM audit_heads WHERE name = 'audit' FOR UPDATE;
    NEW.seq := head.seq + 1;
    NEW.hash := audit_hash(head.hash, NEW.seq, NEW.at, NEW.user_id, NEW.action, NEW.subject, NEW.data);
    UPDATE audit_heads SET seq = NEW.seq, hash = NEW.hash, rows = rows + 1 WHERE name = 'audit';
    RETURN NEW;
END $$
"""
CHAIN_OLD = """
DO $$
DECLARE one record; head audit_heads%ROWTYPE;
BEGIN
    SELECT * INTO STRICT head FROM audit_heads WHERE name = 'audit';
    FOR one IN SELECT * FROM audit_entries ORDER BY id LOOP
        head.seq := head.seq + 1;
        head.hash := audit_hash(head.hash, head.seq, one.at, one.user_id, one.action, one.subject, one.data);
        UPDATE audit_entries SET seq = head.seq, hash = head.hash WHERE id = one.id;
    END LOOP;
    UPDATE audit_heads SET seq = head.seq, hash = head.hash, rows = head.seq WHERE name = 'audit';
END $$
"""
NEVER = """
CREATE FUNCTION audit_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit entries are appended only'; END $$
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "audit_heads",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="number of the newest entry"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="hash of the newest entry"),
        sa.Column("rows", sa.BigInteger(), nullable=False, comment="how many entries were ever appended"),
    )
    op.execute("INSERT INTO audit_heads VALUES ('audit', 0, sha256('1022'), 0)")
    op.add_column("audit_entries", sa.Column("seq", sa.BigInteger(), comment="place in the chain, without gaps"))
    op.add_column("audit_entries", sa.Column("hash", sa.LargeBinary(), comment="of this row and the one before"))
    op.execute(HASH)
    op.execute(CHAIN_OLD)
    op.alter_column("audit_entries", "seq", nullable=False)
    op.alter_column("audit_entries", "hash", nullable=False)
    op.create_index("uq_audit_entries_seq", "audit_entries", ["seq"], unique=True)
    op.create_index("ix_audit_entries_user", "audit_entries", ["user_id", "seq"])
    op.create_index("ix_audit_entries_action", "audit_entries", ["action", "seq"])
    op.execute(APPEND)
    op.execute(NEVER)
    op.execute("CREATE TRIGGER audit_append BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_append()")
    op.execute(
        "CREATE TRIGGER audit_never BEFORE UPDATE OR DELETE ON audit_entries "
        "FOR EACH ROW EXECUTE FUNCTION audit_never()"
    )
    op.execute(
        "CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_never()"
    )


def downgrade() -> None:
    for name in ("audit_never_emptied", "audit_never", "audit_append"):
        op.execute(f"DROP TRIGGER {name} ON audit_entries")
    for name in ("ix_audit_entries_action", "ix_audit_entries_user", "uq_audit_entries_seq"):
        op.drop_index(name, table_name="audit_entries")
    op.drop_column("audit_entries", "hash")
    op.drop_column("audit_entries", "seq")
    for name in ("audit_never()", "audit_append()"):
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DROP FUNCTION audit_hash(bytea, bigint, timestamptz, integer, text, text, jsonb)")
    op.drop_table("audit_heads")
