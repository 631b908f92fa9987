"""The systems of the three demonstration schools: a folder of exports, a database and an OOAPI endpoint."""
