"""The scratch ledger is for looks too."""

from tests.ledger.conftest import ledger_tables, scratch

__all__ = ["ledger_tables", "scratch"]
