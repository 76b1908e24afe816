"""PostgreSQL's HTML documentation as plain text, and the chapter each page belongs to."""

import html.parser
import pathlib
import re

LEFT_OUT = {"bookindex.html", "index.html", "biblio.html", "legalnotice.html"}

_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "ul", "ol", "dl", "table", "tr", "pre", "hr", "blockquote"}
_SKIPPED = {"navheader", "navfooter", "toc"}
_VOID = {"br", "hr", "img", "link", "meta", "col", "input"}
_PART = re.compile(r'<body[^>]*>.*?<div class="(chapter|appendix|preface|reference)"', re.S)
_UP = re.compile(r'accesskey="u" href="([^"]+)"')


class _Text(html.parser.HTMLParser):
    """Paragraphs become lines, list items begin with "- ", cells of a row are joined by " | ", <pre> keeps its white space."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.lines, self.line, self.open, self.skipped_at, self.cells = [], "", [], None, 0

    def end_line(self):
        line = re.sub(r"\s+", " ", self.line).strip()
        if line not in ("", "-", "|"):
            self.lines.append(line)
        self.line = ""

    def in_row(self):
        return "tr" in self.open

    def handle_starttag(self, tag, attributes):
        if tag in _VOID:
            if tag == "br":
                self.handle_data(" ") if self.in_row() else self.end_line()
            return
        self.open.append(tag)
        classes = (dict(attributes).get("class") or "").split()
        if self.skipped_at is None and (tag == "head" or not _SKIPPED.isdisjoint(classes)):
            self.skipped_at = len(self.open)
        if self.skipped_at is not None:
            return
        if tag == "tr":
            self.end_line()
            self.cells = 0
        elif tag in ("td", "th"):
            self.line += " | " if self.cells else ""
            self.cells += 1
        elif tag in _BLOCKS and not self.in_row():
            if tag not in ("p", "div") or self.line.strip() != "-":
                self.end_line()
            if tag == "li":
                self.line = "- "
        elif tag in _BLOCKS:
            self.line += " "

    def handle_endtag(self, tag):
        if tag in _VOID or tag not in self.open:
            return
        if self.skipped_at is None and tag in _BLOCKS and (tag == "tr" or not self.in_row()):
            self.end_line()
            if tag in ("p", "table", "pre", "ul", "ol", "dl", "h1", "h2", "h3", "h4") and self.lines and self.lines[-1]:
                self.lines.append("")
        while self.open.pop() != tag:
            pass
        if self.skipped_at is not None and len(self.open) < self.skipped_at:
            self.skipped_at = None

    def handle_data(self, data):
        if self.skipped_at is not None:
            return
        if "pre" in self.open and not self.in_row():
            *ended, self.line = (self.line + data).split("\n")
            self.lines += [line.rstrip() for line in ended]
        else:
            self.line += data


def page_text(markup):
    """The plain text of a page without its navigation and table of contents; at most one blank line in a row."""
    parser = _Text()
    parser.feed(markup)
    parser.close()
    parser.end_line()
    text = "\n".join(parser.lines).replace("\u00a0", " ").replace("\u200b", "")
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def chapters(pages):
    """pages: name -> markup. Returns name -> page of the chapter, appendix, preface or reference it lies in (itself if none), by its "Up" links."""
    def top(name):
        seen = set()
        here = name
        while here in pages and here not in seen:
            seen.add(here)
            if _PART.search(pages[here]):
                return here
            up = _UP.search(pages[here])
            here = up.group(1) if up else None
        return name
    return {name: top(name) for name in pages}


def read(root):
    """Yields (page name, chapter's page name without .html, text) in sorted order."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(pathlib.Path(root).glob("*.html"))}
    chapter_of = chapters(pages)
    for name in sorted(pages):
        if name not in LEFT_OUT:
            yield name, chapter_of[name].removesuffix(".html"), page_text(pages[name])
