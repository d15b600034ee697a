"""The first schema.

Revision ID: 0001
Revises:
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and give the store its name."""
    op.create_table(
        "finding",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("resource_id", BIG, nullable=False),
        sa.Column("wording_id", BIG, nullable=False),
        sa.Column("life", sa.SmallInteger(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("first_seen", BIG, nullable=False),
        sa.Column("opened_in", BIG, nullable=False),
        sa.Column("resolved_at", BIG),
        sa.Column("resolved_in", BIG),
        sa.Column("seen_at", BIG),
        sa.Column("seen_in", BIG),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "place",
        sa.Column("id", BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("cloud", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "resource",
        sa.Column("id", BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place_id", BIG, nullable=False),
        sa.Column("slot_id", BIG),
        sa.Column("verdict_id", BIG),
        sa.Column("changed_in", BIG, nullable=False),
        sa.Column("seen_at", BIG),
        sa.Column("seen_in", BIG),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_resource_slot_id", "resource", ["slot_id"], unique=False)
    op.create_table(
        "rule",
        sa.Column("id", BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "scan",
        sa.Column("id", BIG, nullable=False),
        sa.Column("cloud", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("shard", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("policy_sha256", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", BIG, nullable=False),
        sa.Column("finished_at", BIG),
        sa.Column("owner", sa.Text()),
        sa.Column("lease_until", BIG),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "slot",
        sa.Column("id", BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("cloud", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("scan_id", BIG),
        sa.Column("seen_at", BIG),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table("store", sa.Column("name", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("name"))
    op.create_table(
        "verdict",
        sa.Column("id", BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "part",
        sa.Column("id", BIG, nullable=False),
        sa.Column("scan_id", BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text()),
        sa.Column("tallies", sa.LargeBinary()),
        sa.Column("tag_tallies", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("scan_id", "digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "wording",
        sa.Column("id", BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("rule_id", BIG, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("fix", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.ForeignKeyConstraint(["rule_id"], ["rule.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "unread",
        sa.Column("id", BIG, nullable=False),
        sa.Column("scan_id", BIG, nullable=False),
        sa.Column("part_id", BIG),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("incomplete", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_unread_part_id"), "unread", ["part_id"], unique=False)
    op.create_index(op.f("ix_unread_scan_id"), "unread", ["scan_id"], unique=False)
    op.create_table(
        "verdict_wording",
        sa.Column("verdict_id", BIG, nullable=False),
        sa.Column("rule_id", BIG, nullable=False),
        sa.Column("wording_id", BIG, nullable=False),
        sa.Column("life", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdict.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"]),
        sa.PrimaryKeyConstraint("verdict_id", "rule_id"),
        sqlite_with_rowid=False,
    )
    op.execute(sa.text("INSERT INTO store (name) VALUES (:name)").bindparams(name=uuid4().hex))
