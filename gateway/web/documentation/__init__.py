"""Pages about the API, made of its OpenAPI document. They work offline and without scripts."""
