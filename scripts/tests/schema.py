#!/usr/bin/env python3
"""Checks every committed config, and some that are wrong, against docs/config.schema.json.

Needs `pip install jsonschema`. An independent reading of the schema that editors use; the tests of
the crate `experiment` check that it is current and has the keys that the reader of configs knows.
"""

import json
import pathlib
import sys
import tomllib

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
RIGHT = [
    "",
    'init = "zeros"',
    "seeds = [3, 5]\nbackend = 'ndarray'",
    "init = "
    '{ kind = "normal", std = 0.1, bias = "ones", layers.1 = "zeros", layers.last = { bias = "ones" } }',
    'init = { kind = "normal", std = 0.1 }\n[arms.wide]\ninit.std = '
    "0.5\n[arms.slow]\noptimizer.learning_rate = 1e-4",
    'model = { hidden = [], activation = "leaky_relu(0.2)" }',
    'optimizer = "sgd"',
    "model.hidden = { width = 64, depth = 3 }",
    '[sweep]\nzip = [["init.std", "training.epochs"]]\n"init.std" = '
    "{ log = [1e-4, 1], n = 3 }\ntraining.epochs = [1, 2, 3]",
    '[sweep]\n"model.hidden" = [[64], [64, 64]]\ninit = ["zeros", "ones"]\nmodel.bias = [true]',
    '[sweep]\n"init.std" = { values = [1, 2], scale = "log" }\ninit.mean = '
    '{ at = 0.1, scale = "linear" }',
    '[optimizer]\nkind = "adamw"\nmup_base_width = 64\nschedule = { kind = "cosine", end = 0.1 }',
]
WRONG = [
    "seed = 3",
    'init = "normal"',
    'init = { kind = "normal", std = -0.1 }',
    'init = { kind = "normal", std = 0.1, mode = "fan_in" }',
    'init = { kind = "zeros", layers.middle = "ones" }',
    'backend = "cuda"',
    "training.epochs = 0",
    'model.activation = "relo"',
    "[arms.a]\nseeds = 3",
    "model.hidden = { wide = 64 }",
    "[sweep]",
    '[sweep]\n"init.std" = 0.1',
    '[sweep]\n"init.std" = []',
    '[sweep]\n"init.std" = { log = [0, 1], n = 3 }',
    '[sweep]\n"init.std" = { linear = [0, 1] }',
    '[sweep]\n"init.std" = { linear = [0, 1], n = 1 }',
    '[sweep]\ninit = [{ kind = "zeros" }]',
    "[arms.a.sweep]\ntraining.epochs = [1]",
]


def main() -> int:
    schema = json.loads((ROOT / "docs" / "config.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    texts = {
        str(path.relative_to(ROOT)): path.read_text()
        for path in sorted((ROOT / "configs").glob("*.toml"))
    }
    texts |= {repr(text): text for text in RIGHT}
    failures = [
        f"{name}: {error.message}"
        for name, text in texts.items()
        for error in validator.iter_errors(tomllib.loads(text))
    ]
    failures += [
        f"{text!r} is wrong, and admitted"
        for text in WRONG
        if validator.is_valid(tomllib.loads(text))
    ]
    print(
        "\n".join(failures)
        or f"{len(texts)} configs are admitted and {len(WRONG)} wrong ones refused"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
