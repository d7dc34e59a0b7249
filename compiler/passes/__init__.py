"""The passes: each a frozen dataclass that makes one graph from another; none imports another."""
