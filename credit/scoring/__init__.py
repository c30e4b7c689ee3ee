"""How marks are made: published schemes, the engine, scores and their explanation. Importing it needs no Django."""
