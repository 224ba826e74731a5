"""Benchmarks: each prints a ratio against something named, measured in the same run, in turn A B A B."""
