"""All that can be done with measures; each is one transaction with its journal entry inside."""

from credit.measures.deriving import bring_up_to_date, sweep
from credit.measures.objections import decide, file, hand_back, take, withdraw
from credit.measures.publishing import publish

__all__ = ["bring_up_to_date", "decide", "file", "hand_back", "publish", "sweep", "take", "withdraw"]
