"""The standard workloads, side by side with other engines: `python -m benchmarks`."""
