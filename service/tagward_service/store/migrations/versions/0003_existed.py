"""What existed at the end of each scan; scans of before are summed up when the next one ends.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make room for two sums in each scan."""
    op.add_column("scan", sa.Column("taggable", BIG))
    op.add_column("scan", sa.Column("compliant", BIG))
