"""Text and numbers as every engine can keep them, and digests of text."""

from hashlib import blake2b

_NUL = "\0"
_SHOWN_NUL = "\N{SYMBOL FOR NULL}"


def storable(text: str) -> str:
    """Replace what a database refuses: NUL characters, and halves of surrogate pairs."""
    if text.isascii():
        return text.replace(_NUL, _SHOWN_NUL) if _NUL in text else text
    return text.encode(errors="replace").decode().replace(_NUL, _SHOWN_NUL)


def digest(*texts: str | None) -> bytes:
    """Make a short name of some texts that no others have."""
    joined = "\0".join("-" if text is None else f"+{text}" for text in texts)
    return blake2b(joined.encode(), digest_size=16).digest()


def bounded(number: int) -> int:
    """Bring a number that somebody asks for within what a database knows; none is kept that large."""
    return max(-1, min(number, 2**62))
