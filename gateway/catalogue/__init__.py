"""The catalogue: from a school's records to published resources, and serving them."""
