"""The inventory of Azure: subscriptions, resource groups and resources, by the SDKs of Microsoft."""
