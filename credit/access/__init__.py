"""Who may look, and who did."""
