"""The looks and the keys of the screen Design."""

from __future__ import annotations

from textual.binding import Binding

LOOKS = """
DesignScreen Footer { layer: keys; }
DesignScreen ToastRack { layer: default; }
DesignScreen #gap { dock: bottom; height: 1; visibility: hidden; }
DesignScreen #body { height: 1fr; }
DesignScreen #palette { width: 26; display: none; }
DesignScreen #middle { width: 1fr; }
DesignScreen #drawing { height: 1fr; }
DesignScreen #graph { width: 1fr; }
DesignScreen #minimap { width: 16; display: none; }
DesignScreen #yaml { height: 40%; display: none; }
DesignScreen #inspector { width: 38; }
DesignScreen #problems { height: auto; max-height: 7; }
DesignScreen.-wide #palette { display: block; }
DesignScreen.-wide #yaml { display: block; }
DesignScreen.with-map #minimap { display: block; }
DesignScreen.with-yaml #yaml { display: block; }
DesignScreen.without-yaml #yaml { display: none; }
DesignScreen.-narrow #palette, DesignScreen.-narrow #inspector,
DesignScreen.-narrow #yaml { display: none; }
DesignScreen.-narrow.pane-inspector #inspector { display: block; width: 1fr; }
DesignScreen.-narrow.pane-inspector #middle { display: none; }
DesignScreen.-narrow.pane-yaml #yaml { display: block; height: 1fr; }
DesignScreen.-narrow.pane-yaml #drawing { display: none; }
DesignScreen.-narrow #problems { max-height: 4; }
DesignScreen.alone #problems, DesignScreen.alone #palette { display: none; }
DesignScreen.alone.pane-graph #inspector, DesignScreen.alone.pane-graph #yaml { display: none; }
DesignScreen.alone.pane-yaml #inspector, DesignScreen.alone.pane-yaml #drawing { display: none; }
DesignScreen.alone.pane-yaml #yaml { display: block; height: 1fr; }
DesignScreen.alone.pane-inspector #middle { display: none; }
DesignScreen.alone.pane-inspector #inspector { display: block; width: 1fr; }
"""

KEYS: tuple[Binding, ...] = (
    Binding("ctrl+s", "save", "Save"),
    Binding("ctrl+z", "undo", "Undo", priority=True),
    Binding("ctrl+y", "redo", "Redo", show=False, priority=True),
    Binding("a", "add('after')", "Add"),
    Binding("A", "add('before')", "Add before", show=False),
    Binding("x,delete", "delete", "Delete"),
    Binding("d", "duplicate", "Duplicate", show=False),
    Binding("i", "insert", "Insert between", show=False),
    Binding("less_than_sign", "move(-1)", "Move up", show=False),
    Binding("greater_than_sign", "move(1)", "Move down", show=False),
    Binding("c", "connect", "Connect", show=False),
    Binding("C", "disconnect", "Take a line away", show=False),
    Binding("R", "kind", "Another kind", show=False),
    Binding("r", "rename", "Rename", show=False),
    Binding("w", "wrap", "Wrap in a block", show=False),
    Binding("u", "unwrap", "Unwrap the block", show=False),
    Binding("e", "text", "Text", show=False),
    Binding("m", "minimap", "Map", show=False),
    Binding("o", "colour", "Colour by gradient, work …", show=False),
    Binding("z", "alone", "One pane alone", show=False),
    Binding("left_square_bracket,shift+f6", "pane(-1)", "Pane before", show=False),
    Binding("right_square_bracket,f6", "pane(1)", "Next pane", show=False),
    Binding("f8", "problem", "Next problem", show=False),
    Binding("f4", "fix", "Fix", show=False),
    Binding("s", "section", "Settings"),
    Binding("t", "train", "Train"),
    Binding("N", "numbers", "Numbers, step by step", show=False),
    Binding("E", "export", "Export", show=False),
)
