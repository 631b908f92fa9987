"""Sync: read, map, validate, check references, stage, publish."""
