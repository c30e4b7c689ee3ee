"""publish_scheme, rescore, explain."""
