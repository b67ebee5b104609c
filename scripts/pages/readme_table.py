"""Puts a comparison in Markdown, the file named first, between the README's marks. Standard library
only."""

import pathlib
import sys

BEGIN, END = "<!-- result: written by scripts/pages/reproduce.sh -->", "<!-- end of result -->"
README = pathlib.Path(__file__).resolve().parents[2] / "README.md"

text = README.read_text()
before, rest = text.split(BEGIN)
_, after = rest.split(END)
table = pathlib.Path(sys.argv[1]).read_text().strip()
# The front page has room for these columns; `train compare` shows the others.
COLUMNS = ["arm", "mean", "95 % interval", "to best", "p (Holm)"]
lines = table.splitlines()
head = next(line for line in lines if line.startswith("| arm"))
kept = [
    place for place, name in enumerate(cell.strip() for cell in head.split("|")) if name in COLUMNS
]


def narrowed(line):
    cells = line.replace("\\|", "\0").split("|")
    return "|" + "|".join(cells[place] for place in kept).replace("\0", "\\|") + "|"


table = "\n".join(narrowed(line) if line.startswith("|") else line for line in lines)
README.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")
