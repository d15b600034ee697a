"""The dashboard: pages that need no script, over what the store and the policy say."""
