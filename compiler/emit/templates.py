"""Which form a group of nodes takes, its recipe, and the text of a recipe."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from ..graph import Graph
from ..ops.depthwise import DEPTHWISE
from ..ops.fractional import FRACTIONAL
from ..ops.op import REGISTRY
from ..ops.resize import RESAMPLED
from ..ops.window import WINDOWED
from ..types import ITEM_BYTES, Dim, evaluate, product
from ..work import multiply_adds
from .alike import Made, Remembered
from .batches import batches_recipe, batches_text
from .column_sums import HEAD, ROOM, columns_text, parts_of
from .convolution import convolution_recipe, is_convolution
from .copies import MOVES, copies_recipe, copies_text
from .depthwise import depthwise_recipe, depthwise_text
from .fractional import fractional_recipe, fractional_text
from .loops import flat_text, rows_text, total_text
from .nest import nest_recipe, nest_text
from .phases import phases_text
from .picks import picks_recipe, picks_text
from .pools import window_text
from .product import make_product, matmul_text
from .recipe import Recipe, moved_sizes, vector_recipe, zero_at_pads
from .resample import resample_recipe, resample_text
from .scalars import numbers_recipe, numbers_text
from .site import GENERATORS, Misfit, Site, make_site
from .sliding import convolve_text, filters_text
from .tiling import done_of, room_of
from .warp import warp_recipe, warp_text
from .window import window_recipe
from .winograd import winograd_text
from .winograd_filters import winograd_filters_text

VOCABULARY = 4
"""Part of every kernel's fingerprint: raised whenever the meaning of a word of kernel text changes."""

TEXTS = {"flat": flat_text, "columns": columns_text, "total": total_text, "nest": nest_text,
         "numbers": numbers_text, "window": window_text, "warp": warp_text,
         "depthwise": depthwise_text, "resample": resample_text, "picks": picks_text, "fractional": fractional_text}  # fmt: skip
OWN_FORMS = {**dict.fromkeys(DEPTHWISE, depthwise_recipe), **dict.fromkeys(RESAMPLED, resample_recipe),
             "pool_max_pick": picks_recipe, **dict.fromkeys(FRACTIONAL, fractional_recipe)}  # fmt: skip
"""Ops that have a form to themselves."""
TRIED = {**dict.fromkeys(MOVES, copies_recipe), "batch_matmul": batches_recipe}
"""Ops that have a form where tensors lie right for it, and are plain loops elsewhere."""
TILED = {"rows": rows_text, "copies": copies_text, "matmul": matmul_text, "convolve": convolve_text,
         "filters": filters_text, "phases": phases_text, "winograd": winograd_text, "winograd filters": winograd_filters_text,
         "products": batches_text}  # fmt: skip
"""Texts that depend on the number of lanes."""
USUAL = {"B": 64, "N": 1}
FLOPS_A_NS, BYTES_A_NS, CALL_NS, ELEMENT_NS = 180.0, 40.0, 20.0, 0.03
CURVES, CURVE_NS = frozenset({"exp", "log", "tanh", "sigmoid", "erf", "sin", "cos", "power", "softplus"}), 0.2
"""What one core with 512-bit vectors was seen to do: predictions choose the number of threads, nothing else."""


@dataclass(frozen=True, slots=True)
class Emitted:
    """One kernel; see `compiler.templates.Emitted`."""

    recipe: Recipe
    name: str
    operands: tuple[str, ...]
    writes: tuple[int, ...]
    sizes: tuple[Dim, ...]
    cost: float
    shared: int = 0
    """Numbers it needs in the space that threads share."""
    done: Fraction = Fraction(1)


def refusal(graph: Graph, nodes: tuple[str, ...], exits: frozenset[str]) -> str | None:
    """Why these nodes cannot be one kernel, as a sentence; None when they can."""
    try:
        _form(graph, nodes, exits)
    except Misfit as reason:
        return str(reason)
    return None


def emit(
    graph: Graph, nodes: tuple[str, ...], exits: frozenset[str], at: Mapping[str, int] = MappingProxyType({})
) -> Emitted:
    """The kernel that these nodes make, its cost told for the sizes `at`; they must not be refused."""
    recipe, operands, sizes = _form(graph, nodes, exits)
    count = sum(n in exits for n in nodes)
    writes = tuple(range(len(operands) - count, len(operands)))
    ops = [graph[n].op for n in nodes if graph[n].op != "broadcast"] or ["copy"]
    name = f"{recipe['form']}: {' '.join(ops[:6])}{' …' if len(ops) > 6 else ''}"
    cost = _cost(graph, nodes, operands, {**USUAL, **at})
    done = done_of(recipe["slide"]) if recipe["form"].startswith("winograd") else Fraction(1)
    return Emitted(recipe, name, operands, writes, sizes, cost, _room(recipe), done)


def _room(recipe: Recipe) -> int:
    if recipe["form"] == "winograd filters":
        return room_of(recipe["slide"]["size"][2], recipe["pitch"])
    return HEAD + ROOM if "parts" in recipe else 0


def text(recipe: Recipe, lanes: int) -> str:
    """The kernel text of a recipe."""
    if recipe["form"] in TILED:
        return TILED[recipe["form"]](recipe, lanes)
    return TEXTS[recipe["form"]](recipe)


def fingerprint(recipe: Recipe, lanes: int) -> str:
    """The hash of the text and the vocabulary's version."""
    return _fingerprint(json.dumps(recipe, sort_keys=True), lanes)


@lru_cache(maxsize=4096)
def _fingerprint(recipe: str, lanes: int) -> str:
    made = text(json.loads(recipe), lanes)
    return hashlib.sha256(f"vocabulary {VOCABULARY} lanes {lanes}\n{made}".encode()).hexdigest()


def _formed(graph: Graph, nodes: tuple[str, ...], exits: frozenset[str]) -> Made:
    if all(not graph[n].type.shape and not any(graph[s].type.shape for s in graph[n].inputs) for n in nodes):
        return numbers_recipe(graph, nodes, exits)
    if is_convolution(graph, nodes):
        return convolution_recipe(graph, nodes, exits)
    try:
        return _vector_form(graph, nodes, exits)
    except Misfit:
        if len(nodes) > 1:
            raise
        if graph[nodes[0]].op in WINDOWED:
            return window_recipe(graph, graph[nodes[0]])
        if (tried := TRIED.get(graph[nodes[0]].op)) is not None:
            with suppress(Misfit):
                return tried(graph, graph[nodes[0]])
        if (own := OWN_FORMS.get(graph[nodes[0]].op)) is not None:
            return own(graph, graph[nodes[0]])
        if graph[nodes[0]].op == "warp":
            return warp_recipe(graph, graph[nodes[0]])
        return nest_recipe(graph, graph[nodes[0]])


_form = Remembered(_formed)


def _vector_form(graph: Graph, nodes: tuple[str, ...], exits: frozenset[str]) -> Made:
    site = make_site(graph, nodes, exits)
    products = [n for n in nodes if graph[n].op == "matmul"]
    reductions = {site.reduces(graph[n]) for n in nodes} - {None}
    if products:
        return _matmul(site, products, bool(reductions))
    if len(reductions) > 1:
        raise Misfit("sums along rows, down columns and over all are kept apart")
    if reductions == {"total"}:
        return _total(site)
    if reductions == {"col"}:
        _check_columns(site)
        return _made(site, "columns", parts_of(site))
    if not reductions and _is_flat(site):
        return _flat(site)
    if any(site.kinds[n] == "col" for n in site.exits):
        raise Misfit("a kernel that goes row by row gives out no numbers a column")
    return _made(site, "rows")


def _made(site: Site, form: str, more: dict[str, Any] | None = None) -> Made:
    recipe, sizes = vector_recipe(site, form, more)
    return recipe, (*site.operands, *site.exits), sizes


def _is_flat(site: Site) -> bool:
    kinds = {site.kinds[n] for n in site.kinds}
    if not kinds <= {"full", "num"} and not kinds <= {"row", "num"}:
        return False
    if any(site.graph[n].op in GENERATORS for n in site.nodes):
        return False
    tensors = [n for n in (*site.operands, *site.exits) if site.kinds[n] in ("full", "row")]
    if any(site.graph[n].type.dtype != "float32" for n in tensors):
        return False
    if any(site.kinds[n] == "num" for n in site.exits):
        return False
    padded = site.domain.columns != site.domain.pitch
    return not padded or set(site.exits) <= zero_at_pads(site)


def _flat(site: Site) -> Made:
    recipe, operands, sizes = _made(site, "flat")
    spread = {"row": "full", "full": "full", "num": "num"}
    recipe["body"] = [{**node, "kind": spread[node["kind"]]} for node in recipe["body"]]
    recipe["operands"] = [{**o, "kind": spread[o["kind"]], "pitch": 1} for o in recipe["operands"]]
    recipe["columns"] = recipe["pitch"] = 1
    recipe["exits"] = [[node, place, True] for node, place, _ in recipe["exits"]]
    return recipe, operands, (product((sizes[0], site.domain.pitch)), *sizes[1:])


def _total(site: Site) -> Made:
    if any(site.kinds[n] != "num" for n in site.exits):
        raise Misfit("a sum over everything is one thread's work: what fills a tensor is kept apart")
    for n in site.nodes:
        if site.graph[n].op == "argmax":
            raise Misfit("the place of the largest of all is looked for on its own")
        if site.kinds[n] != "num" and any(site.kinds[s] == "num" and s in site.nodes for s in site.graph[n].inputs):
            raise Misfit("a sum over everything ends its kernel: what reads it begins another")
    return _made(site, "total")


def _check_columns(site: Site) -> None:
    for n in site.nodes:
        node = site.graph[n]
        if site.reduces(node) and node.op != "sum":
            raise Misfit(f"{node.op} down the columns is done on its own")
        if site.kinds[n] in ("full", "row") and _after_sum(site, n):
            raise Misfit("what reads a sum down the columns row by row begins another kernel")
    if any(site.kinds[n] in ("num", "row") for n in site.exits):
        raise Misfit("a sum down the columns gives no numbers a row")


def _after_sum(site: Site, node_id: str) -> bool:
    return any(
        s in site.nodes and (site.reduces(site.graph[s]) is not None or _after_sum(site, s))
        for s in site.graph[node_id].inputs
    )


def _matmul(site: Site, products: list[str], reduces: bool) -> Made:
    if len(products) > 1 or reduces:
        raise Misfit("a product of matrices takes only elementwise work along")
    graph, node = site.graph, site.graph[products[0]]
    reads_it = _downstream(site, node.id)
    for n in site.nodes:
        if graph[n].op in GENERATORS:
            raise Misfit(f"{graph[n].op} is kept out of a product's kernel")
        if n != node.id and n not in reads_it and site.kinds[n] == "full" and graph[n].op != "broadcast":
            raise Misfit(f"{n} comes before the product, which reads whole matrices")
    if site.kinds[node.id] != "full" or any(site.kinds[n] != "full" for n in site.exits):
        raise Misfit("a product's kernel gives out matrices of its own shape")
    if any(graph[n].type.dtype != "float32" for n in site.exits):
        raise Misfit("a product's kernel gives out float32")
    found = make_product(graph, node)
    if set(graph[node.id].inputs) & set(site.nodes):
        raise Misfit("a product cannot read what its own kernel computes")
    operands = (*site.operands, *site.exits)
    # the sums are stored where the product itself goes, or else where the first result will lie
    target = operands.index(node.id if node.id in site.exits else site.exits[0])
    where = {
        "a": operands.index(found.a), "b": operands.index(found.b), "c": target,
        "a_row": found.a_row, "a_step": found.a_step, "b_step": found.b_step,
    }  # fmt: skip
    recipe, sizes = vector_recipe(site, "matmul", {"product": where})
    return recipe, operands, (sizes[0], found.k, *moved_sizes(recipe, sizes))


def _downstream(site: Site, start: str) -> set[str]:
    found = {start}
    for n in site.nodes:
        if any(s in found for s in site.graph[n].inputs):
            found.add(n)
    return found


def _cost(graph: Graph, nodes: tuple[str, ...], operands: tuple[str, ...], at: Mapping[str, int]) -> float:
    """Nanoseconds on one thread."""
    moved = sum(evaluate(graph[o].type.elements, at) * ITEM_BYTES[graph[o].type.dtype] for o in operands)
    work = 0.0
    for node in (graph[n] for n in nodes):
        elements = evaluate(node.type.elements, at)
        if node.op in ("matmul", "batch_matmul"):
            work += 2.0 * evaluate(multiply_adds(graph, node), at) / FLOPS_A_NS
        elif REGISTRY[node.op].kind == "reduction":
            work += ELEMENT_NS * evaluate(graph[node.inputs[0]].type.elements, at)
        elif node.op != "windows" or len(nodes) == 1:
            work += (CURVE_NS if node.op in CURVES else ELEMENT_NS) * elements
    return CALL_NS + max(work, moved / BYTES_A_NS)
