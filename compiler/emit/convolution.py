"""The three passes of a convolution as kernels of their own: what they read, and where it lies.

`windows` and the product with it, or the product and `unwindows` after it, become one kernel: the table of windows is
never stored.

- forward: y[b, i, j, f] = sum of x[b, s i + d ky - p, s j + d kx - p, c] w[ky, kx, c, f], and elementwise work on y;
- data: the same of the gradient of y, with the filters read backwards;
- filters: w[ky, kx, c, f] = sum over b, i, j of x[b, s i + d ky - p, s j + d kx - p, c] g[b, i, j, f].
"""

from __future__ import annotations

from typing import Any, cast

from ..graph import Graph, Node
from ..ops.window import places
from ..types import Dim
from .blocking import LARGEST_HOLD
from .phasing import phased
from .recipe import Recipe, moved_sizes, operand, vector_recipe
from .site import Misfit, Site, make_site, strides
from .tiling import suits, suits_filters
from .window import pictured

Pair = tuple[int, int]
Formed = tuple[Recipe, tuple[str, ...], tuple[Dim, ...]]
FEW = 12
"""With fewer channels than this, vectors of channels are mostly empty: the gradient to data is made another way."""


def is_convolution(graph: Graph, nodes: tuple[str, ...]) -> bool:
    """Whether the nodes hold windows and a product."""
    ops = [graph[n].op for n in nodes]
    return "matmul" in ops and ("windows" in ops or "unwindows" in ops)


def convolution_recipe(graph: Graph, nodes: tuple[str, ...], exits: frozenset[str]) -> Formed:
    """Recipe, operands and sizes; `Misfit` where the nodes are no pass of a convolution."""
    moving = [graph[n] for n in nodes if graph[n].op in ("windows", "unwindows")]
    products = [graph[n] for n in nodes if graph[n].op == "matmul"]
    if len(moving) != 1 or len(products) != 1:
        raise Misfit("a convolution's kernel has one window and one product")
    window, product = moving[0], products[0]
    if any(graph[s].type.dtype != "float32" for s in (*window.inputs, *product.inputs)):
        raise Misfit("convolutions are done in float32 alone")
    if window.op == "unwindows":
        return _to_data(graph, window, product, nodes, exits)
    if window.id in exits:
        raise Misfit(f"{window.id} is read by more than products")
    if product.inputs[1] == window.id:
        return _to_filters(graph, window, product, nodes)
    return _forward(graph, window, product, nodes, exits)


def _picture(node: Node, what: str) -> dict[str, Any]:
    """Strides of example, row, place; channels lie side by side."""
    step = strides(node)
    if step[3] != 1 and node.type.shape[3] != 1:
        raise Misfit(f"{what} {node.id} does not lie with its channels side by side")
    return {"strides": list(step[:3]), "size": [int(cast(int, n)) for n in node.type.shape[1:]]}


def _sliding(picture: dict[str, Any], pad: list[int], size: Pair, stride: Pair, dilation: Pair) -> dict[str, Any]:
    height, width, _ = picture["size"]
    found = places(height, width, size, stride, cast("Any", tuple(pad)), dilation)
    return {**picture, "pad": pad, "kernel": list(size), "stride": list(stride), "dilation": list(dilation),
            "places": list(found)}  # fmt: skip


def _attrs(window: Node) -> tuple[Pair, Pair, tuple[int, ...], Pair]:
    found: dict[str, Any] = window.attributes
    return found["size"], found["stride"], found["pad"], found["dilation"]


def _forward(graph: Graph, window: Node, product: Node, nodes: tuple[str, ...], exits: frozenset[str]) -> Formed:
    rest = tuple(n for n in nodes if n != window.id)
    weights = graph[product.inputs[1]]
    if product.attr("transpose_a") or product.layout is None or product.layout.order != (0, 1):
        raise Misfit(f"{product.id} is no convolution of {window.id}")
    step = strides(weights)
    free, summed = (0, 1) if product.attr("transpose_b") else (1, 0)
    if step[free] != 1:
        raise Misfit(f"the filters {weights.id} do not lie with their channels side by side")
    _check_work_along(graph, rest, product)
    site = make_site(graph, rest, exits)
    _check_exits(site)
    size, stride, pad, dilation = _attrs(window)
    image = graph[window.inputs[0]]
    slide = _sliding(_picture(image, "the picture"), list(pad), size, stride, dilation)
    _check_hold(slide)
    operands = (*site.operands, *site.exits)
    across, channels, rise = slide["kernel"][1], slide["size"][2], step[summed]
    slide |= {
        "a": operands.index(window.id), "b": operands.index(weights.id), "b_start": 0,
        "b_steps": [across * channels * rise, channels * rise, rise],
        "c": operands.index(product.id if product.id in site.exits else site.exits[0]), "masked": False,
    }  # fmt: skip
    recipe, sizes = vector_recipe(site, "convolve", {"slide": slide})
    recipe["operands"][slide["a"]] = operand(image, "matrix")
    if suits(slide, recipe["columns"]):
        recipe["form"] = "winograd"
    kept = tuple(image.id if o == window.id else o for o in operands)
    return recipe, kept, (sizes[0], image.type.shape[0], *moved_sizes(recipe, sizes))


def _check_work_along(graph: Graph, rest: tuple[str, ...], product: Node) -> None:
    after = {product.id}
    for n in rest:
        if any(s in after for s in graph[n].inputs):
            after.add(n)
    for n in rest:
        op = graph[n].op
        if op in ("take", "one_hot", "uniform"):
            raise Misfit(f"{op} is kept out of a convolution's kernel")
        if n not in after and op != "broadcast" and graph[n].type.rank:
            raise Misfit(f"{n} comes before the convolution, which reads whole pictures")


def _check_hold(slide: dict[str, Any]) -> None:
    if any(slide["pad"]) and held_rows(slide, 1) * held_width(slide) * slide["size"][2] > LARGEST_HOLD:
        raise Misfit("a few rows of the picture are more than a thread can hold at once")


def held_rows(slide: dict[str, Any], down: int) -> int:
    """Rows of the padded picture that `down` rows of places look at."""
    return int((down - 1) * slide["stride"][0] + slide["dilation"][0] * (slide["kernel"][0] - 1) + 1)


def held_width(slide: dict[str, Any]) -> int:
    """Places in a row of the padded picture."""
    return int(slide["size"][1] + slide["pad"][2] + slide["pad"][3])


def _to_data(graph: Graph, window: Node, product: Node, nodes: tuple[str, ...], exits: frozenset[str]) -> Formed:
    """The gradient to the picture: a convolution of the gradient of y, padded so that all windows stand on it."""
    if window.inputs != (product.id,) or product.id in exits:
        raise Misfit("the gradient to a picture is made of a product that nothing else reads")
    window = pictured(window)
    size, stride, pad, dilation = _attrs(window)
    height, width, channels = (int(cast(int, n)) for n in window.type.shape[1:])
    if channels < FEW:
        raise Misfit(f"{channels} channels are too few for vectors")
    gradient, weights = graph[product.inputs[0]], graph[product.inputs[1]]
    step, down, across = strides(weights), *places(height, width, size, stride, cast("Any", pad), dilation)
    free, summed = (0, 1) if product.attr("transpose_b") else (1, 0)
    rows = strides(gradient)
    if product.attr("transpose_a") or step[free] != 1 or rows[1] != 1 or window.layout is None:
        raise Misfit(f"{product.id} does not lie as a convolution reads it")
    if window.layout.split != window.type.rank - 1:
        raise Misfit(f"{window.id} does not lie with a row of channels for each place")
    filters = int(cast(int, gradient.type.shape[1]))
    picture = {"strides": [down * across * rows[0], across * rows[0], rows[0]], "size": [down, across, filters]}
    if stride == (1, 1):
        slide = _turned(picture, channels, step[summed], size, pad, dilation)
        form = "winograd" if suits(slide, channels) else "convolve"
    else:
        slide, form = phased(picture, size, stride, pad, dilation, (height, width)), "phases"
        slide["rise"] = step[summed]
    slide["masked"] = channels % 16 != 0
    rest = tuple(n for n in nodes if n not in (window.id, product.id))
    if not rest:
        return _data_alone(window, (gradient, weights), slide, form)
    return _data_and_more(graph, window, (gradient, weights), rest, exits, {**slide, "form": form})


def _turned(
    picture: dict[str, Any], channels: int, rise: int, size: Pair, pad: tuple[int, ...], dilation: Pair
) -> dict[str, Any]:
    """A convolution of what the places hold, with the filters read backwards."""
    reach = [dilation[0] * (size[0] - 1), dilation[1] * (size[1] - 1)]
    turned = [reach[0] - pad[0], reach[0] - pad[1], reach[1] - pad[2], reach[1] - pad[3]]
    if min(turned) < 0:
        raise Misfit("more padding than the window reaches")
    slide = _sliding(picture, turned, size, (1, 1), dilation)
    _check_hold(slide)
    return slide | {
        "b_start": (size[0] * size[1] - 1) * channels, "b_steps": [-size[1] * channels, -channels, rise],
    }  # fmt: skip


def _data_alone(window: Node, read: tuple[Node, Node], slide: dict[str, Any], form: str) -> Formed:
    own = operand(window, "full")
    recipe: Recipe = {
        "form": form, "columns": int(cast(int, window.type.shape[3])), "pitch": own["pitch"],
        "slide": {**slide, "a": 0, "b": 1, "c": 2},
        "body": [{"op": "matmul", "args": [], "attrs": {}, "kind": "full", "reduces": None}],
        "exits": [], "operands": [operand(read[0], "matrix"), operand(read[1], "matrix"), own],
    }  # fmt: skip
    assert window.layout is not None, f"{window.id} has no layout"
    sizes = (window.layout.rows(window.type.shape), window.type.shape[0])
    return recipe, (read[0].id, read[1].id, window.id), sizes


def _data_and_more(
    graph: Graph, window: Node, read: tuple[Node, Node], rest: tuple[str, ...], exits: frozenset[str],
    slide: dict[str, Any],
) -> Formed:  # fmt: skip
    """With elementwise work on the gradient, which is read as if it lay in memory."""
    if window.id in exits:
        raise Misfit(f"{window.id} is read by more than what goes along")
    site = make_site(graph, rest, exits)
    if site.kinds.get(window.id) != "full" or {read[0].id, read[1].id} & {*rest, *site.operands}:
        raise Misfit(f"what goes along does not fit {window.id}")
    _check_exits(site)
    if any(graph[n].op in ("take", "one_hot", "uniform") for n in rest):
        raise Misfit("nothing is drawn or taken in a convolution's kernel")
    recipe, sizes = vector_recipe(site, slide.pop("form"))
    place, count = site.operands.index(window.id), len(site.operands)
    recipe["operands"][place] = operand(read[0], "matrix")
    recipe["operands"].insert(count, operand(read[1], "matrix"))
    recipe["exits"] = [[node, exit_ + 1, zero] for node, exit_, zero in recipe["exits"]]
    recipe["slide"] = {**slide, "a": place, "b": count, "c": count + 1}
    operands = (*(read[0].id if o == window.id else o for o in site.operands), read[1].id, *site.exits)
    return recipe, operands, (sizes[0], window.type.shape[0], *moved_sizes(recipe, sizes))


def _check_exits(site: Site) -> None:
    graph = site.graph
    if any(site.kinds[n] != "full" or graph[n].type.dtype != "float32" for n in site.exits):
        raise Misfit("a convolution's kernel gives out pictures of its own shape")
    if any(site.reduces(graph[n]) for n in site.nodes):
        raise Misfit("a convolution takes only elementwise work along")


def _to_filters(graph: Graph, window: Node, product: Node, nodes: tuple[str, ...]) -> Formed:
    if set(nodes) != {window.id, product.id}:
        raise Misfit("the gradient to filters takes nothing along")
    gradient, image = graph[product.inputs[0]], graph[window.inputs[0]]
    layout = product.layout
    if not product.attr("transpose_a") or product.attr("transpose_b") or layout is None or layout.order != (1, 0):
        raise Misfit(f"{product.id} is no gradient to filters")
    rows = strides(gradient)
    if rows[1] != 1:
        raise Misfit(f"{gradient.id} does not lie with its channels side by side")
    size, stride, pad, dilation = _attrs(window)
    slide = _sliding(_picture(image, "the picture"), list(pad), size, stride, dilation)
    _check_hold(slide)
    operands = (image.id, gradient.id, product.id)
    slide |= {"a": 0, "b": 1, "b_row": rows[0], "c": 2}
    recipe: Recipe = {
        "form": "filters", "columns": layout.columns(product.type.shape), "pitch": layout.pitch, "slide": slide,
        "operands": [operand(image, "matrix"), operand(gradient, "matrix"), operand(product, "full")],
    }  # fmt: skip
    if suits_filters(slide, recipe["columns"]):
        recipe["form"] = "winograd filters"
    return recipe, operands, (image.type.shape[0],)
