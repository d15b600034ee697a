"""The tokens that lead from page to page: none comes twice in a list that ends."""

from tagward_service.scan.interface import ReadError


class Tokens:
    """The tokens of one listing; what is kept of each is a number, as some are long."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._seen: set[int] = set()

    def is_new(self, token: object) -> bool:
        """Say whether a token has not been here before."""
        number = hash(token)
        if number in self._seen:
            return False
        self._seen.add(number)
        return True

    def take(self, token: object) -> None:
        """Remember a token; raises ReadError for one that has been here before."""
        if not self.is_new(token):
            raise ReadError(f"{self._what} leads back to a page that it gave before: it would never end")
