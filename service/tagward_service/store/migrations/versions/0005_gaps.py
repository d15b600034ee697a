"""Every gap of the newest bill.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TEXTS = (
    *("cloud", "provider", "account", "account_name", "service", "resource", "name", "sought"),
    *("cost", "billed", "exempt", "missing", "wrong", "scan"),
)


def upgrade() -> None:
    """Make the table of gaps."""
    op.create_table(
        "gap",
        sa.Column("report_id", BIG, nullable=False),
        sa.Column("rank", BIG, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("findings", sa.LargeBinary()),
        *(sa.Column(f"cost_{part}", BIG, nullable=False) for part in (3, 2, 1, 0)),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "rank"),
    )
    op.create_index("ix_gap_resource", "gap", ["resource"], unique=False)
