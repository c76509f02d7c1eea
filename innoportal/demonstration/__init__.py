"""A portal with a past: invented people and results around real problems, told through the services."""
