"""The whole domain: see the map of the house in README."""
