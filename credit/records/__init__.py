"""Agencies, their deliveries, and the records made of them."""
