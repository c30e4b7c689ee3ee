"""Commands that concern the whole."""
