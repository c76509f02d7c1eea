"""How time and memory of the engine grow with the collection."""
