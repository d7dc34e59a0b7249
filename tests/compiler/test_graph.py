"""The container of both graphs, and how networkx has it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import networkx as nx

import netloom
from netloom.compiler.graph import Builder, Graph, Origin
from netloom.compiler.types import TensorType

HERE = (Origin("net.yaml", 1, "x"),)


def square_and_loose() -> Graph:
    """`x * x`, and a leaf that nothing reads."""
    new = Builder(HERE)
    x = new.leaf("knob", TensorType(()), name="x", live=("constant", (("value", 2.0),)))
    new.leaf("knob", TensorType(()), name="loose", live=("constant", (("value", 1.0),)))
    new.output("out/y", new.add("multiply", [x, x]))
    return new.graph()


def test_networkx_has_an_edge_for_each_input() -> None:
    graph = square_and_loose()
    network = graph.network()
    assert list(network.nodes) == list(graph.nodes)
    (product,) = (node for node in graph if node.op == "multiply")
    edges = sorted((source, reader, given["port"]) for source, reader, given in network.edges(data=True))
    assert edges == [("knob/x", product.id, 0), ("knob/x", product.id, 1)]
    assert network.nodes[product.id]["node"] is product


def test_the_order_of_the_nodes_is_one_that_networkx_allows() -> None:
    graph = square_and_loose()
    network = graph.network()
    place = {node_id: at for at, node_id in enumerate(graph.nodes)}
    assert nx.is_directed_acyclic_graph(network)
    assert all(place[source] < place[reader] for source, reader in network.edges())
    assert nx.number_weakly_connected_components(network) == 2


def test_a_graph_is_made_without_networkx() -> None:
    root = Path(netloom.__file__).resolve().parent
    script = "import sys, netloom.runtime.start; sys.exit('networkx' in sys.modules)"
    path = os.pathsep.join([str(root / ".typing"), str(root.parent)])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
