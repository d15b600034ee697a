"""Labels as users set them."""

from collections.abc import Mapping

from tagward.resource import NO_TAGS, Tags

# Google's services put labels of their own beside those of the user (goog-gke-node).
_GOOGLES_OWN = "goog-"


def labels_of(told: Mapping[str, str]) -> Tags:
    """Return the labels without those that Google adds."""
    return {key: value for key, value in told.items() if not key.startswith(_GOOGLES_OWN)} or NO_TAGS
