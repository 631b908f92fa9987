"""What changed, append-only, in an order that every reader can follow. Start in ``service.py``."""
