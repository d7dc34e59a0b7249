"""The standard workloads, one file each: its data, its weights, and its network in the words of each peer."""
