"""E001 to E099: reading a file, and what stands where in it."""

from __future__ import annotations

from .code import Code

READING = (
    Code("E001", "The file cannot be read", "It is not there, it is a folder, or its rights forbid it."),
    Code("E002", "Not UTF-8", "A spec file is text in UTF-8. The place is the first byte that is not."),
    Code(
        "E003",
        "Too large or too deep",
        "At most a million characters and 60 levels are read, so that no file can eat the machine. "
        "Repeated parts are said with `repeat:` and `blocks:`.",
    ),
    Code(
        "E004",
        "A control character",
        "A character that cannot be seen stands in the file, or one that turns the direction of "
        "what follows, so that a reader sees something else than the program. Take it out.",
    ),
    Code("E005", "A tab", "Indentation is made of blanks, since a tab is as wide as each editor likes."),
    Code(
        "E006",
        "Not YAML",
        "The line does not fit what stands around it. Mostly the indentation, or a text with a colon "
        "that needs quotes.",
        "about: first: a look",
        'about: "first: a look"',
    ),
    Code(
        "E007",
        "Not closed",
        "A bracket, brace or quote is opened and not closed.",
        "inputs: {x: [2}",
        "inputs: {x: [2]}",
    ),
    Code(
        "E008",
        "Anchors and aliases",
        "`&name` and `*name` are YAML's way to repeat a value. The language has `blocks:` and `$option` for "
        "that, and no aliases, so that a small file stays small. A selector that begins with a star "
        "is quoted.",
        "of: *weights",
        'of: "*.weights"',
    ),
    Code("E009", "Merge keys", "`<<` merges tables in some YAML readers. Write the keys out."),
    Code(
        "E010",
        "Tags and directives",
        "`!tag` and `%directive` are not part of the language.",
        "units: !!int 3",
        "units: 3",
    ),
    Code("E011", "Several documents", "A file is one experiment; `---` begins a second document."),
    Code(
        "E012",
        "A key given twice",
        "One of the two would silently win. Keep one.",
        "{units: 3, units: 4}",
        "{units: 4}",
    ),
    Code(
        "E013",
        "A key that is no name",
        "Before a colon stands a name, not a list or a table.",
        "[a]: 1",
        "a: 1",
    ),
    Code(
        "E014",
        "An empty file",
        "A file has at least a network.",
        right="network: {layers: [flatten, {dense: 10}]}",
    ),
    Code(
        "E015",
        "`${`",
        "Computed values are written `$name` or `$(formula)`.",
        "units: ${2 * w}",
        "units: $(2 * w)",
    ),
    Code(
        "E016",
        "A comma cut a formula",
        "Within braces and brackets a comma parts entries, in a formula too. Quote the formula.",
        "{formula: max(a, b)}",
        '{formula: "max(a, b)"}',
    ),
    Code(
        "E017",
        "A star without quotes",
        "YAML takes a leading `*` for an alias.",
        "of: **.weights",
        'of: "**.weights"',
    ),
    Code("E018", "A blank is missing", "A colon or dash is followed by a blank.", "epochs:20", "epochs: 20"),
    Code(
        "E019",
        "A colon is missing",
        "A line with others below it that belong to it ends in a colon.",
        "- relu\n  name: bent",
        "- relu:\n  name: bent",
    ),
    Code(
        "E020",
        "Options at the kind's column",
        "Options stand below their kind, indented, or in braces behind it.",
        "- dense:\n  units: 64",
        "- dense: {units: 64}",
    ),
    Code(
        "E021",
        "Wiring among the options",
        "`name`, `from`, `when` and `repeat` say how an entry is wired; they stand beside the kind, not in it.",
        "- dense: {units: 10, name: logits}",
        "- dense: 10\n  name: logits",
    ),
    Code(
        "E022",
        "Not an entry",
        "An entry is `kind`, `kind: main` or `kind: {options}`: one kind, and beside it only name, from, "
        "when, repeat (in a loss also weight and where, in penalties also of).",
        "- {dense: 10, relu: x}",
        "- dense: 10\n- relu",
    ),
    Code(
        "E023",
        "An unknown key",
        "The section has no key of that name.",
        "train: {epoch: 20}",
        "train: {epochs: 20}",
    ),
    Code(
        "E024",
        "A missing key",
        "The section cannot do without it.",
        "train: {epochs: 3}",
        "train: {loss: mse, epochs: 3}",
    ),
    Code(
        "E025",
        "A table, list or text is wanted",
        "Something else stands there.",
        "layers: relu",
        "layers: [relu]",
    ),
    Code("E026", "Another version", "A file of a newer version is refused rather than misread."),
    Code(
        "E027",
        "Not a name",
        "Tensors and options: small letters, digits and `_`, a letter first. Blocks and networks: letters "
        "and digits, a capital first.",
        "name: Conv-1",
        "name: conv_1",
    ),
    Code("E028", "A name given twice", "Names are unique in a body, branches included."),
    Code("E029", "A word of the language", "It means something already, so nothing can be called by it."),
    Code(
        "E030",
        "Nothing to set",
        "`--set` takes an option of the file, or a path in it.",
        "--set epochs=3",
        "--set train.epochs=3",
    ),
    Code(
        "E031",
        "A value that cannot be read",
        "The value of `--set` is read as in the file; quote it for the shell.",
    ),
    Code(
        "E032",
        "One of two",
        "Of two ways to say a thing exactly one is given: `layers` or `graph`, `column` or `columns`, "
        "`every` or `decay`.",
    ),
    Code("E033", "One network", "A file has `network:`, or `networks:` and `graph:`."),
    Code(
        "E035",
        "`state` and `next`",
        "A cell says for each value it keeps what it becomes.",
        "state: {h: [8]}",
        "state: {h: [8]}\nnext: {h: h_new}",
    ),
    Code("E036", "How long", "`epochs` or `steps` says how long training goes on, not both."),
    Code("E037", "Lists side by side", "The lists that `repeat` walks have one length."),
    Code("E038", "Too many mistakes", "Three hundred are said; the rest comes when these are mended."),
    Code(
        "E039",
        "Not a path to include",
        "Files are included from the main file's own folder and those below it: no path from the root, none that "
        "leaves the folder by `..`, no link, and only plain files that end in `.yaml` or `.yml`. "
        "So a file from somewhere else can never make netloom read what lies beside it.",
        "include: [../shared/parts.yaml]",
        "include: [shared/parts.yaml]",
    ),
    Code(
        "E040",
        "Not indented",
        "What a section holds stands below it, indented: the same column would make it a section of its own.",
        "train:\nloss: mse",
        "train:\n  loss: mse",
    ),
    Code("E041", "Includes in a circle", "A file includes itself, mostly through others; the chain names them."),
    Code(
        "E042",
        "Too much is included",
        "At most 64 files, one including the next 16 deep, and a million characters in all.",
    ),
    Code(
        "E043",
        "A name in two files",
        "What is included stands beside the file's own parts: a name is declared in one of the files only. Blocks "
        "and networks share their names; options have theirs.",
    ),
    Code(
        "E044",
        "Not in an included file",
        "An included file gives `blocks`, `networks` and `options`, and may have `netloom`, `name`, `about` and "
        "`include`. The network, its data and its training are the main file's.",
    ),
)
