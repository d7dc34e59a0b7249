"""SPEED: everything that touches the machine: files, threads, kernels, clocks."""
