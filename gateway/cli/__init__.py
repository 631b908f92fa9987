"""The command line ``ooapi-gateway``: thin, every command calls a service."""

from gateway.cli.main import app, main

__all__ = ["app", "main"]
