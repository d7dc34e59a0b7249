"""Where data comes from: built-in sets, files, and sets made by formula."""

from __future__ import annotations

from .kind import Kind, Option, register

LATER = frozenset({"later"})
SAMPLES = Option("samples", "int", 1000, "how many rows are made", low=1, high=10_000_000)
SEED = Option("seed", "int", 0, "of the draw", low=0, high=2**63 - 1)


def _noise(value: float) -> Option:
    return Option("noise", "number", value, "deviation of what is added to each number", low=0, high=1e6)


def _path(name: str = "path") -> Option:
    return Option(name, "text", help="file, below the spec's own folder")


for _name, _help, _origin in (
    ("digits", "1797 pictures of digits, 8 by 8, 0 to 16: `image`, `label`.", "Alpaydin & Kaynak 1998"),
    ("iris", "150 flowers of 3 kinds, 4 numbers each: `x`, `label`.", "Fisher 1936"),
    ("wine", "178 wines of 3 growers, 13 numbers each: `x`, `label`.", "Forina et al. 1991"),
    (
        "breast_cancer",
        "569 tumours, 30 numbers each, malignant or benign: `x`, `label`.",
        "Wolberg et al. 1995",
    ),
    ("diabetes", "442 patients, 10 numbers each, and a year's progress: `x`, `y`.", "Efron et al. 2004"),
    ("mnist", "70000 pictures of digits, 28 by 28, 0 to 255: `image`, `label`.", "LeCun et al. 1998"),
    (
        "cifar10",
        "60000 colour pictures of 10 kinds, 32 by 32, 0 to 255: `image`, `label`.",
        "Krizhevsky 2009",
    ),
):
    register(Kind(_name, "source", _help, source=_origin))

register(
    Kind(
        "csv",
        "source",
        "A text table: one row a line, columns parted by comma, semicolon, tab or bar.",
        main="path",
        options=(
            _path(),
            Option("delimiter", "text", None, "what parts the columns; left out: found by looking"),
            Option("header", "bool", True, "whether the first line names the columns"),
        ),
    )
)
register(Kind("npz", "source", "Arrays of NumPy by name.", main="path", options=(_path(),)))
register(
    Kind(
        "idx", "source", "Pictures and labels in the files of MNIST.", options=(
            Option("images", "text", None, "file of pictures: column `image`"),
            Option("labels", "text", None, "file of classes: column `label`"),
        ),
    )
)  # fmt: skip
register(
    Kind(
        "values", "source", "Rows written in the file: {x: [[1, 2], [3, 4]], label: [0, 1]}.",
        traits=frozenset({"open"}),
    )
)  # fmt: skip
register(
    Kind(
        "gates",
        "source",
        "The truth table of a logic gate: `x` [2] (not: [1]), `label`.",
        main="gate",
        options=(Option("gate", "choice", "xor", "which", choices=("and", "or", "nand", "nor", "xor", "not")),),
    )
)
register(
    Kind(
        "moons", "source", "Two half circles that reach into each other: `x` [2], `label`.", main="samples",
        options=(SAMPLES, _noise(0.1), SEED),
    )
)  # fmt: skip
register(
    Kind(
        "circles",
        "source",
        "A circle within a circle: `x` [2], `label`.",
        main="samples",
        options=(
            SAMPLES,
            _noise(0.05),
            Option(
                "factor",
                "number",
                0.5,
                "radius of the inner one",
                low=0,
                high=1,
                open_low=True,
                open_high=True,
            ),
            SEED,
        ),
    )
)
register(
    Kind(
        "spirals", "source", "Arms that wind around each other: `x` [2], `label`.", main="samples",
        options=(
            SAMPLES, Option("classes", "int", 2, "how many arms", low=1, high=1000), _noise(0.05),
            Option("turns", "number", 1, "times around the centre", low=0, high=1e6, open_low=True), SEED,
        ),
    )
)  # fmt: skip
register(
    Kind(
        "blobs",
        "source",
        "Round clouds: `x` [2], `label`.",
        main="samples",
        options=(
            SAMPLES,
            Option("classes", "int", 3, "how many clouds", low=1, high=1000),
            _noise(1.0),
            SEED,
        ),
    )
)

register(
    Kind(
        "images",
        "source",
        "A folder of pictures, one folder a class, or a zip of such: `image`, `label`.",
        main="path",
        options=(
            Option("path", "text", help="folder or zip file, below the spec's own folder or $NETLOOM_DATA"),
            Option("size", "ints", None, "height and width all are brought to, or one number for both; left out: that "
                   "of the first, and all must have it", low=1, high=8192),
            Option("channels", "int", None, "1 grey, 3 colour, 4 colour and how solid; left out: 1 where the first is "
                   "grey, else 3", low=1, high=4),
            Option("fit", "choice", "stretch", "how another shape is brought to `size`: stretched, its middle cut "
                   "out, or black put beside it", choices=("stretch", "crop", "pad")),
        ),
    )
)  # fmt: skip

for _name, _help in (
    ("text", "A file of text."),
    ("tsv", "A table parted by tabs."),
    ("audio", "A folder of recordings."),
    ("go", "A folder of records of Go games."),
):
    register(Kind(_name, "source", _help, main="path", options=(_path(),), traits=LATER))
for _name, _help in (
    ("synthetic", "A set made by formula."),
    ("environment", "A world that answers actions."),
):
    register(
        Kind(
            _name, "source", _help, main="name", options=(Option("name", "text", help="which"),),
            traits=LATER | {"open"},
        )
    )  # fmt: skip
