"""The matching benchmark: our index and every peer, side by side, in one run."""
