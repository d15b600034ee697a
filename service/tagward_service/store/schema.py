"""The tables of a store, the same on every engine.

What repeats is kept once, under a digest, and named by a number: places, wordings, and verdicts, which are
sets of wordings, since most resources of an estate look alike. Times are microseconds since 1970, UTC.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0005"
"""The newest migration; a store of a newer one was written by a newer program."""

VERSION_TABLE = "tagward_schema"

RULE_BITS = 24
"""The id of a finding is that of its resource, and behind it so many bits for that of its rule."""

COST_PARTS = ("cost_3", "cost_2", "cost_1", "cost_0")
"""The cost of a gap in parts, so that every engine sums it up exactly (`summing.py`)."""

OPEN, EXEMPT, RESOLVED = range(3)
"""A finding's life, as it is kept."""

Big = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

identity = Table("store", metadata, Column("name", Text, primary_key=True))
"""One row: a name that no other store has, so that several can share a place for snapshots."""

scan = Table(
    "scan",
    metadata,
    Column("id", Big, primary_key=True),
    Column("cloud", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("shard", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("policy_sha256", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Big, nullable=False),
    Column("finished_at", Big),
    Column("owner", Text),
    Column("lease_until", Big),
    Column("taggable", Big),
    Column("compliant", Big),
    sqlite_autoincrement=True,
)
"""A scan; at its end it is told what existed then, by it and the others that counted: `taggable` resources,
and `compliant` ones of them, so that a trend reads a row for each scan and no tallies."""

part = Table(
    "part",
    metadata,
    Column("id", Big, primary_key=True),
    Column("scan_id", Big, ForeignKey("scan.id", ondelete="CASCADE"), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("account", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("snapshot", Text),
    Column("tallies", LargeBinary),
    Column("tag_tallies", LargeBinary),
    UniqueConstraint("scan_id", "digest"),
    sqlite_autoincrement=True,
)
"""What a scan reads in one go; `state` is planned, done or failed, and tallies are packed (`packing.py`)."""

unread = Table(
    "unread",
    metadata,
    Column("id", Big, primary_key=True),
    Column("scan_id", Big, ForeignKey("scan.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("part_id", Big, ForeignKey("part.id", ondelete="CASCADE"), index=True),
    Column("what", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("incomplete", Boolean, nullable=False),
)

slot = Table(
    "slot",
    metadata,
    Column("id", Big, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("policy", Text, nullable=False),
    Column("cloud", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("scan_id", Big),
    Column("seen_at", Big),
)
"""A part over the scans: the newest that wrote it, and when. What it did not say anew was seen then too."""

place = Table(
    "place",
    metadata,
    Column("id", Big, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("cloud", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("namespace", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("type", Text, nullable=False),
)

rule = Table(
    "rule",
    metadata,
    Column("id", Big, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("code", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("tag", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("nth", Integer, nullable=False),
)
"""What makes a finding of a resource the same finding again.

`key` counts only where no tag is meant, and `nth` tells apart what is otherwise alike.
"""

wording = Table(
    "wording",
    metadata,
    Column("id", Big, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("rule_id", Big, ForeignKey("rule.id"), nullable=False),
    Column("code", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("tag", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("fix", Text, nullable=False),
    Column("value", Text),
    Column("source", Text),
)

verdict = Table(
    "verdict",
    metadata,
    Column("id", Big, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
)

verdict_wording = Table(
    "verdict_wording",
    metadata,
    Column("verdict_id", Big, ForeignKey("verdict.id", ondelete="CASCADE"), primary_key=True),
    Column("rule_id", Big, primary_key=True),
    Column("wording_id", Big, ForeignKey("wording.id"), nullable=False),
    Column("life", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

resource = Table(
    "resource",
    metadata,
    Column("id", Big, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("policy", Text, nullable=False),
    Column("native_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("place_id", Big, nullable=False),
    Column("slot_id", Big),
    Column("verdict_id", Big),
    Column("changed_in", Big, nullable=False),
    Column("seen_at", Big),
    Column("seen_in", Big),
    Index("ix_resource_slot_id", "slot_id"),
    sqlite_autoincrement=True,
)
"""A resource with findings, under one policy; without a slot and a verdict when all of them are resolved.

It was last seen when its slot was, unless `seen_at` and `seen_in` say otherwise. `changed_in` is the scan
that wrote the row last. To look up what the numbers name would cost more than writing the row: only merging
writes here, in one transaction with what they name.
"""

finding = Table(
    "finding",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("resource_id", Big, nullable=False),
    Column("wording_id", Big, nullable=False),
    Column("life", SmallInteger, nullable=False),
    Column("reopened", Integer, nullable=False),
    Column("first_seen", Big, nullable=False),
    Column("opened_in", Big, nullable=False),
    Column("resolved_at", Big),
    Column("resolved_in", Big),
    Column("seen_at", Big),
    Column("seen_in", Big),
)
"""A finding with its life; `seen_at` and `seen_in` are set when it is resolved, else its resource tells."""

report = Table(
    "report",
    metadata,
    Column("id", Big, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("made_at", Big, nullable=False),
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("kind", "policy", "as_of"),
)
"""What a bill came to, as the JSON that the command line writes."""

gap = Table(
    "gap",
    metadata,
    Column("report_id", Big, ForeignKey("report.id", ondelete="CASCADE"), primary_key=True),
    Column("rank", Big, primary_key=True),
    Column("cloud", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("account_name", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sought", Text, nullable=False),
    Column("cost", Text, nullable=False),
    Column("billed", Text, nullable=False),
    Column("exempt", Text, nullable=False),
    Column("missing", Text, nullable=False),
    Column("wrong", Text, nullable=False),
    Column("scan", Text, nullable=False),
    Column("findings", LargeBinary),
    *(Column(name, Big, nullable=False) for name in COST_PARTS),
    Index("ix_gap_resource", "resource"),
)
"""What a resource of the newest bill costs that nobody can be charged for; `rank` 0 is the dearest.

Money is text with every digit, and the cost is there in parts, too. `sought` is id and name, case aside; tags
stand between line ends; findings are packed.
"""

dispute = Table(
    "dispute",
    metadata,
    Column("id", Big, primary_key=True),
    Column("policy", Text, nullable=False),
    Column("number", Big, nullable=False),
    Column("team", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    UniqueConstraint("policy", "number"),
)
"""Costs that a team says are not theirs, as they stand; `about` is JSON, `receiver` who has them now."""

dispute_change = Table(
    "dispute_change",
    metadata,
    Column("id", Big, primary_key=True),
    Column("dispute_id", Big, ForeignKey("dispute.id"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("at", Big, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""What happened to disputes, the opening first; rows are added, and never changed."""
