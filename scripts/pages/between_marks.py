"""Puts a text between the marks of a page: between_marks.py PAGE SCRIPT TEXT. SCRIPT is what the
mark says writes it."""

import pathlib
import sys

page, script, text = sys.argv[1:]
begin, end = f"<!-- written by {script} -->", "<!-- end -->"
page = pathlib.Path(page)
before, rest = page.read_text().split(begin)
_, after = rest.split(end, 1)
page.write_text(f"{before}{begin}\n{pathlib.Path(text).read_text().strip()}\n{end}{after}")
