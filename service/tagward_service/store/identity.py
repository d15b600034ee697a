"""What makes a resource the same resource again, from scan to scan."""

from hashlib import blake2b

from tagward.resource import Resource
from tagward_service.store.texts import storable

MOST_PREFIXES = 16_384


def native_id(resource: Resource) -> str:
    """Return what a cloud calls a resource: its ARN, Azure id or full name, else its address."""
    return storable(resource.id or resource.address)


class Identities:
    """Makes the digest of a resource under one policy and cloud.

    It begins with four bytes of what comes before the last `/` or `:` of the id, so that what lives
    together is kept together, and writing a part touches few pages of the index. Azure compares ids
    without case.
    """

    def __init__(self, policy: str, cloud: str) -> None:
        self._realm = blake2b(f"{policy}\0{cloud}\0".encode(errors="replace"), digest_size=16)
        self._folds = cloud == "azure"
        self._prefixes: dict[str, bytes] = {}

    def digest(self, native: str) -> bytes:
        """Make the digest of a resource's id."""
        name = native.lower() if self._folds else native
        prefix = name[: max(name.rfind("/"), name.rfind(":"))]
        first = self._prefixes.get(prefix) or self._first(prefix)
        return first + self._hashed(name)

    def mark(self, native: str) -> int:
        """Make a number of a resource's id that tells it apart in this process."""
        return hash(native.lower() if self._folds else native)

    def _first(self, prefix: str) -> bytes:
        if len(self._prefixes) >= MOST_PREFIXES:
            self._prefixes.clear()
        first = self._prefixes[prefix] = self._hashed(prefix)[:4]
        return first

    def _hashed(self, text: str) -> bytes:
        hashing = self._realm.copy()
        hashing.update(text.encode())
        return hashing.digest()
