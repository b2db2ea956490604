"""Proofs that take too long for every run: `make prove`. Each has a short form in the suite."""
