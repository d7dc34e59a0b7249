"""The engines that run the workloads, one file each; a peer's library is imported in its own file alone."""
