"""The meaning of the tables, with the standard library alone: pages and commands may import it freely."""
