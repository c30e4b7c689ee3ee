"""Commands about access and the ledger."""
