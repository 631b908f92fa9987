"""Serving the catalogue: OOAPI v5 over all members, or over one."""
