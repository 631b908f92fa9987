"""The invented data of the demonstration: ``generate.federation(random, scale)`` makes all three schools."""
