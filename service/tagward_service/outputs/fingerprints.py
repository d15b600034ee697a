"""Fingerprints of findings: the same as long as the same rule fails on the same resource."""

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256

from tagward.findings import Finding


def fingerprints(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Pair each finding with a fingerprint that no other finding of the report has.

    Neither line nor message counts, so that a finding keeps its identity when a file is edited elsewhere
    or a message is reworded.
    """
    seen: Counter[str] = Counter()
    for finding in findings:
        resource = finding.resource
        parts = (finding.code, finding.rule, finding.tag, finding.key)
        identity = "\0".join((resource.file, resource.address, resource.type, *parts))
        seen[identity] += 1
        nth = seen[identity]
        whole = identity if nth == 1 else f"{identity}\0{nth}"
        yield finding, sha256(whole.encode(errors="surrogatepass")).hexdigest()
