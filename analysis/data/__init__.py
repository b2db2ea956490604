"""What the tables mean, in the standard library alone: pages and commands may import it at any time."""
