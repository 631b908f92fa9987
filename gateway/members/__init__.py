"""Members: who takes part, with which sources, keys and limits."""
