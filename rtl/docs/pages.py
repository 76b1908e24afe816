"""The command line of programs that write pages of docs/ from rtl/: [--check] SOURCE."""

import difflib
import pathlib
import sys


def settle(pages, source, check):
    """Writes the texts that differ, by path; with check it shows the differences instead. Returns whether there were any."""
    changed = False
    for path, text in pages.items():
        old = path.read_text() if path.exists() else ""
        if old == text:
            continue
        changed = True
        if check:
            sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), text.splitlines(True), str(path.relative_to(source)), "generated"))
        else:
            part = path.with_name(path.name + ".part")
            part.write_text(text)
            part.replace(path)
            print(f"written: {path.relative_to(source)}")
    return changed


def run(make_pages, usage):
    """Exits 1 if --check found a difference, 2 for a source that cannot be read. make_pages(source): {path: text}."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(usage, file=sys.stderr)
        sys.exit(2)
    source, check = pathlib.Path(arguments[0]).resolve(), "--check" in sys.argv
    try:
        changed = settle(make_pages(source), source, check)
    except (ValueError, OSError) as error:
        print(f"{pathlib.Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        sys.exit(2)
    sys.exit(1 if check and changed else 0)
