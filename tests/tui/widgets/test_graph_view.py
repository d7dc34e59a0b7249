"""The picture of a network on a screen: keys, mouse, and what is painted again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region
from textual.pilot import Pilot

from netloom.compiler.diagram import Picture
from netloom.tui.model.layers import Layer
from netloom.tui.model.marks import Heat, Mark
from netloom.tui.model.scene import Lit, Run
from netloom.tui.widgets.graph_pane import View
from netloom.tui.widgets.graph_view import GraphView
from netloom.tui.widgets.minimap import MiniMap

from ..model.pictures import chain, residual

Told = list[tuple[str, object]]


class Small(App[None]):
    """A picture and its map, and what they tell."""

    CSS = "#map { width: 14; } GraphView { width: 1fr; }"

    def __init__(self, picture: Picture, marks: Mapping[str, Mark] | None = None) -> None:
        super().__init__()
        self.told: Told = []
        self._picture, self._marks = picture, marks

    def compose(self) -> ComposeResult:
        with Horizontal():
            graph = GraphView(id="graph")
            yield graph
            yield MiniMap(graph, id="map")

    def on_mount(self) -> None:
        self.query_one(GraphView).show(self._picture, layers={}, marks=self._marks)
        self.query_one(GraphView).focus()

    def on_graph_view_focused(self, event: GraphView.Focused) -> None:
        self.told.append(("focused", event.id))

    def on_graph_view_opened(self, event: GraphView.Opened) -> None:
        self.told.append(("opened", event.id))

    def on_graph_view_selected(self, event: GraphView.Selected) -> None:
        self.told.append(("selected", event.ids))


Play = Callable[[Small, GraphView, "Pilot[Any]"], Awaitable[None]]


def played(
    play: Play, picture: Picture, marks: Mapping[str, Mark] | None = None, size: tuple[int, int] = (100, 30)
) -> Small:
    """Shows a picture, plays, and gives the app as it is then."""

    async def run() -> Small:
        app = Small(picture, marks)
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            await play(app, app.query_one(GraphView), pilot)
            await settled(pilot)
        return app

    return asyncio.run(run())


async def settled(pilot: Pilot[Any]) -> None:
    """Layout done beside the screen is there, and painted."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def screen(app: Small) -> str:
    """The text on the screen."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)


def test_the_first_screen(golden: Callable[[str, str], None]) -> None:
    async def play(app: Small, _graph: GraphView, _pilot: Pilot[Any]) -> None:
        golden("designer/graph.txt", screen(app) + "\n")

    marks = {"logits": Mark("error", "too few units"), "Block1.conv2d1": Mark("warning", "odd", 2)}
    app = played(play, residual(), marks, (80, 40))
    assert app.told == [("focused", "stem")]


WALK = [
    ("j", "Block1.conv2d1"),
    ("down", "Block1.conv2d2"),
    ("k", "Block1.conv2d1"),
    ("up", "stem"),
    ("J", "Block1.add1"),
    ("K", "stem"),
    ("G", "loss cross_entropy"),
    ("g", "image"),
    ("full_stop", "stem"),
    ("comma", "image"),
]


def test_keys_move_the_focus_and_keep_it_in_sight() -> None:
    async def play(_app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        for key, goal in WALK:
            await pilot.press(key)
            await pilot.pause()
            assert graph.focused_id == goal, key
            assert graph.scene is not None
            place = graph.scene.places[goal]
            top = graph.scroll_offset.y
            assert top <= place.y
            assert place.y + place.height <= top + graph.size.height

    app = played(play, residual())
    assert [id_ for kind, id_ in app.told if kind == "focused"] == ["stem", *(goal for _, goal in WALK)]


def test_several_are_selected_by_keys() -> None:
    async def play(_app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        await pilot.press("shift+down", "shift+down")
        assert graph.selected == {"stem", "Block1.conv2d1", "Block1.conv2d2"}
        await pilot.press("space")
        assert graph.selected == {"stem", "Block1.conv2d1"}
        await pilot.press("escape")

    app = played(play, residual())
    assert app.told[-1] == ("selected", frozenset())


def test_f_closes_the_block_and_opens_it_again() -> None:
    async def play(app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        await pilot.press("down", "down", "f")
        await settled(pilot)
        assert graph.focused_id == "Block1"
        assert "3 layers" in screen(app)
        await pilot.press("f")
        await settled(pilot)
        assert graph.focused_id == "Block1.conv2d1"
        await pilot.press("F")
        await settled(pilot)
        assert graph.folded == {"Block1"}

    played(play, residual(), size=(100, 50))


def test_the_view_and_the_size_change_and_the_focus_stays() -> None:
    async def play(app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        await pilot.press("down", "v")
        await settled(pilot)
        assert "parameters" in screen(app).splitlines()[0]
        assert [line.split()[2] for line in screen(app).splitlines() if line[0] == "▶"] == ["conv2d1"]
        await pilot.press("v", "minus", "minus", "minus")
        await settled(pilot)
        assert graph.zoom == 0
        assert graph.focused_id == "Block1.conv2d1"
        assert "▶conv2d1" in screen(app)
        await pilot.press("0")
        await settled(pilot)
        assert graph.zoom == 2

    played(play, residual())


@pytest.mark.parametrize(("columns", "zoom"), [(80, 2), (55, 1), (45, 0), (30, 1)])
def test_what_is_too_wide_is_drawn_with_less_text(columns: int, zoom: int) -> None:
    async def play(_app: Small, graph: GraphView, _pilot: Pilot[Any]) -> None:
        assert graph.zoom == zoom

    played(play, residual(), size=(columns, 24))


def test_letters_jump() -> None:
    async def play(app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        await pilot.press("ctrl+o")
        await settled(pilot)
        assert " d " in screen(app)
        await pilot.press("d")
        assert graph.focused_id == "Block1.conv2d1"
        await pilot.press("down", "ctrl+o", "escape", "down")
        assert graph.focused_id == "Block1.add1"

    played(play, residual(), size=(100, 50))


def test_the_mouse_focuses_opens_selects_and_folds() -> None:
    async def play(_app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        assert graph.scene is not None
        pad = (graph.room.width - graph.scene.width) // 2
        place = graph.scene.places["Block1.conv2d1"]
        spot = (place.x + pad + 3, place.y + 1)
        await pilot.click(GraphView, offset=spot)
        assert graph.focused_id == "Block1.conv2d1"
        await pilot.click(GraphView, offset=spot, shift=True)
        assert graph.selected == {"Block1.conv2d1"}
        await pilot.double_click(GraphView, offset=spot)
        frame = getattr(graph.scene, "layout").frames[0]  # noqa: B009  boxes are shown
        await pilot.click(GraphView, offset=(frame.place.x + pad + frame.title_at + 2, frame.place.y))
        assert graph.folded == {"Block1"}

    app = played(play, residual(), size=(100, 50))
    assert ("opened", "Block1.conv2d1") in app.told


def test_the_pointer_tells_remarks_and_what_was_cut() -> None:
    async def play(_app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        assert graph.words_on("logits") == "too few units"
        await pilot.press("minus", "minus")
        await settled(pilot)
        assert graph.words_on("logits").splitlines()[0] == "too few units"
        assert "5,130 parameters" in graph.words_on("logits")
        assert graph.words_on("nowhere") == ""
        assert graph.scene is not None
        place = graph.scene.places["logits"]
        pad = (graph.room.width - graph.scene.width) // 2
        await pilot.hover(GraphView, offset=(place.x + pad + 1, place.y - graph.scroll_offset.y))
        assert "too few units" in str(graph.tooltip)

    played(play, residual(), {"logits": Mark("error", "too few units")})


def test_enter_opens() -> None:
    async def play(_app: Small, _graph: GraphView, pilot: Pilot[Any]) -> None:
        await pilot.press("enter")

    assert played(play, residual()).told[-1] == ("opened", "stem")


def test_moving_the_focus_paints_the_rows_of_the_two_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(_app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        scene = graph.scene
        assert scene is not None
        painted: list[int] = []
        whole = type(scene).row

        def row(self: Any, y: int, lit: Lit) -> list[Run]:
            painted.append(y)
            return whole(self, y, lit)

        monkeypatch.setattr(type(scene), "row", row)
        refreshed: list[tuple[Region, ...]] = []
        refresh = graph.refresh

        def noted(*regions: Region, **how: Any) -> GraphView:
            refreshed.append(regions)
            return refresh(*regions, **how)

        monkeypatch.setattr(graph, "refresh", noted)
        graph.focused_id = "dense3"
        await settled(pilot)
        named = {
            y for box in ("dense2", "dense3") for low, high in scene.rows_of(box) for y in range(low, high + 1)
        }  # fmt: skip
        assert painted
        assert set(painted) <= named
        assert refreshed
        assert all(regions for regions in refreshed)

    async def first(app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        graph.focused_id = "dense2"
        await settled(pilot)
        await play(app, graph, pilot)

    played(first, chain(12), size=(100, 60))


def test_a_long_chain_is_laid_out_beside_the_screen_as_lanes() -> None:
    async def play(app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        assert graph.view == "lanes"
        await pilot.press("G")
        await settled(pilot)
        assert "dense999" in screen(app)
        assert screen(app).splitlines()[0].split()[:2] == ["layer", "kind"]
        await pilot.press("v")
        await settled(pilot)
        assert "dense999" in screen(app)
        assert "╭" in screen(app)

    played(play, chain(1000))


def test_the_last_of_several_layouts_is_shown() -> None:
    async def play(app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        for count in (200, 300, 170, 240):
            graph.show(chain(count))
        for _ in range(3):
            await settled(pilot)
        assert graph.scene is not None
        assert len(graph.scene.places) == 240
        graph.show(chain(300))
        graph.show(chain(3))
        for _ in range(3):
            await settled(pilot)
        assert len(graph.scene.places) == 3
        assert "dense2" in screen(app)

    played(play, chain(160))


def test_focus_is_given_to_a_box_when_it_comes() -> None:
    async def play(_app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        graph.focus_when_there("dense9")
        assert graph.focused_id == "dense0"
        graph.show(chain(12))
        await settled(pilot)
        assert graph.focused_id == "dense9"
        graph.show(chain(5))
        await settled(pilot)
        assert graph.focused_id == "dense4"

    played(play, chain(5))


def test_what_is_not_shown_is_stood_for() -> None:
    async def play(_app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        relu = Layer("stem", "conv2d", "stem", "weights", None, 3, drawn=("relu1",))
        graph.show(residual(), layers={"stem": relu})
        await settled(pilot)
        graph.focused_id = "Block1.conv2d2"
        for asked, shown in (("relu1", "stem"), ("Block1", "Block1.conv2d1"), ("nowhere", "Block1.conv2d1")):
            graph.focused_id = asked
            assert graph.focused_id == shown
        await pilot.press("f")
        await settled(pilot)
        graph.focused_id = "stem"
        graph.focused_id = "Block1.add1"
        assert graph.focused_id == "Block1"

    played(play, residual())


def test_heat_has_words_and_colour_and_grey_and_plain_are_signs() -> None:
    async def play(app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        graph.heat = {"stem": Heat(1.0, "3.5 ms"), "logits": Heat(0.5, "1.7 ms")}
        await settled(pilot)
        assert "3.5 ms" in screen(app)
        graph.heat = {"stem": Heat(0.2, "9.9 ms")}
        await settled(pilot)
        assert "9.9 ms" in screen(app)
        graph.heat = None
        graph.grey = True
        await settled(pilot)
        assert "╭╌╌" in screen(app)
        graph.plain = True
        await settled(pilot)
        width = graph.room.width
        assert {sign for line in screen(app).splitlines() for sign in line[:width] if not sign.isascii()} == set()

    played(play, residual())


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "nord"])
def test_words_can_be_read_in_every_theme(theme: str) -> None:
    async def play(app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        app.theme = theme
        views: tuple[View, ...] = ("boxes", "lanes")
        for view in views:
            graph.view = view
            await settled(pilot)
            for y in range(graph.size.height):
                for segment in graph.render_line(y):
                    style = segment.style
                    if segment.text.strip() and style is not None and style.color and style.bgcolor:
                        ink, paper = style.color.get_truecolor(), style.bgcolor.get_truecolor()
                        assert sum(abs(a - b) for a, b in zip(ink, paper, strict=True)) > 60, segment

    played(play, residual())


def test_a_click_on_the_map_goes_there() -> None:
    async def play(_app: Small, graph: GraphView, pilot: Pilot[Any]) -> None:
        await pilot.press("v")
        await settled(pilot)
        await pilot.click(MiniMap, offset=(4, 25))
        await settled(pilot)
        assert graph.scroll_offset.y > 300

    played(play, chain(200))
