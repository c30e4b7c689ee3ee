"""A scheme before it is in force: drafts, approvals, notice."""
