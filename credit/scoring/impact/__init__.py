"""What a scheme would do to whom: the effect of a draft on everybody, counted in parts that add up. No Django here."""
