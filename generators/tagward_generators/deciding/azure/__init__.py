"""What definitions of Azure Policy decide about tags, as they are assigned."""
