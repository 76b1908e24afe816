"""How ref-llama's text is selected, cleaned, rid of near-duplicates and split."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import boost_text
import make_notice
import near_duplicates
import postgres_text
import splits

PROGRAMS = pathlib.Path(boost_text.__file__).parent
LICENSE = "// Copyright 2001 A. Author\n// Distributed under the Boost\n// Software License, Version 1.0.\n"


def numbered(first, last):
    return [f"line number {number} of a text" for number in range(first, last)]


class Boost(unittest.TestCase):
    def taken(self, path, text):
        return boost_text.is_taken(pathlib.PurePosixPath(path), text)

    def test_a_header_must_name_its_license(self):
        self.assertTrue(self.taken("heap/a.hpp", LICENSE + "int a;\n"))
        self.assertTrue(self.taken("heap/a.hpp", "// see LICENSE_1_0.txt\n"))
        self.assertFalse(self.taken("heap/a.hpp", "// Copyright 2001 A. Author\nint a;\n"))

    def test_other_terms_are_left_out(self):
        self.assertFalse(self.taken("heap/a.hpp", LICENSE + "/* Permission to use,\n * copy and sell */\n"))
        self.assertFalse(self.taken("heap/a.hpp", LICENSE + "// Permission is hereby\n// granted\n"))

    def test_zlib_terms_are_told(self):
        self.assertTrue(boost_text.has_zlib_terms("// Permission is granted to anyone to use\n// this software\n"))
        self.assertFalse(boost_text.has_zlib_terms(LICENSE))

    def test_generated_trees_and_other_suffixes_are_left_out(self):
        for path in ("mpl/aux_/preprocessed/a.hpp", "preprocessor/a.hpp", "typeof/a.hpp", "a.txt"):
            self.assertFalse(self.taken(path, LICENSE), path)
        self.assertTrue(self.taken("typeof_like/a.ipp", LICENSE))

    def test_the_largest_file_has_60000_bytes(self):
        self.assertTrue(self.taken("a.hpp", LICENSE + "x" * (60_000 - len(LICENSE))))
        self.assertFalse(self.taken("a.hpp", LICENSE + "x" * (60_001 - len(LICENSE))))
        self.assertFalse(self.taken("a.hpp", LICENSE + "é" * (30_001 - len(LICENSE) // 2)))

    def test_the_banner_is_cut_and_later_comments_stay(self):
        self.assertEqual(boost_text.clean(LICENSE + "\n// belongs to the banner\nint a;\n"), "int a;\n")
        self.assertEqual(boost_text.clean("/* Copyright 2001 */\n/* What it does */\nint a;\n"), "/* What it does */\nint a;\n")
        self.assertEqual(boost_text.clean("// What it does\nint a; // Copyright\n"), "// What it does\nint a; // Copyright\n")

    def test_indentation_stays_and_line_ends_are_cleaned(self):
        self.assertEqual(boost_text.clean("int a;  \r\n\r\n\r\n\n\tint  b;\n    int c;\n\n"), "int a;\n\n\tint  b;\n    int c;\n")

    def test_the_library_of_a_header(self):
        for path, library in (("heap/detail/x.hpp", "heap"), ("heap.hpp", "heap"), ("heap_fwd.hpp", "heap")):
            self.assertEqual(boost_text.library(pathlib.PurePosixPath(path)), library)


class Postgres(unittest.TestCase):
    def test_paragraphs_lists_rows_and_code(self):
        page = ('<html><head><title>no</title></head><body><div class="navheader"><table><tr><td>no</td></tr></table></div><h1>Title</h1>'
                '<p>One\n  two <code>three</code>.</p><ul><li><p>item</p></li></ul><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td><p>2</p></td></tr></table>'
                '<pre>\nif x:\n    y &lt; 1\n</pre><div class="toc"><p>no</p></div><div class="navfooter">no</div></body></html>')
        self.assertEqual(postgres_text.page_text(page), "Title\n\nOne two three.\n\n- item\n\na | b\n1 | 2\n\nif x:\n    y < 1\n")

    def test_chapters_by_up_links(self):
        chapter = '<body class="x"><div class="navheader"></div><div class="chapter" id="A">'
        pages = {"a.html": '<a accesskey="u" href="index.html">' + chapter, "b.html": '<a accesskey="u" href="a.html">',
                 "c.html": '<a accesskey="u" href="b.html">', "d.html": '<a accesskey="u" href="e.html">', "e.html": '<a accesskey="u" href="d.html">'}
        self.assertEqual(postgres_text.chapters(pages), {"a.html": "a.html", "b.html": "a.html", "c.html": "a.html", "d.html": "d.html", "e.html": "e.html"})


class NearDuplicates(unittest.TestCase):
    def strip(self, seen, lines):
        return seen.strip("\n".join(lines) + "\n")

    def test_the_first_text_stays(self):
        text = numbered(0, 20)
        self.assertEqual(self.strip(near_duplicates.Seen(), text), "\n".join(text) + "\n")

    def test_a_file_less_than_half_new_is_dropped(self):
        seen = near_duplicates.Seen()
        self.strip(seen, numbered(0, 20))
        self.assertIsNone(self.strip(seen, numbered(9, 30)))  # 11 of 21 repeat
        seen = near_duplicates.Seen()
        self.strip(seen, numbered(0, 20))
        self.assertEqual(self.strip(seen, numbered(10, 30)), "\n".join(numbered(20, 30)) + "\n")  # 10 of 20 repeat

    def test_runs_of_eight_go_and_of_seven_stay(self):
        for run, kept in ((7, True), (8, False)):
            seen = near_duplicates.Seen()
            self.strip(seen, numbered(0, 20))
            text = numbered(100, 110) + ["    " + line for line in numbered(5, 5 + run)] + numbered(110, 120)
            self.assertEqual("number 6 " in self.strip(seen, text), kept, run)

    def test_repeats_within_a_text_count(self):
        text = numbered(0, 10) + numbered(20, 30) + numbered(0, 10)
        self.assertEqual(self.strip(near_duplicates.Seen(), text), "\n".join(text[:20]) + "\n")

    def test_blank_lines_do_not_hide_a_repeat_and_braces_are_none(self):
        seen = near_duplicates.Seen()
        self.strip(seen, numbered(0, 20) + ["}"] * 12)
        text = [line for pair in zip(numbered(0, 9), [""] * 9) for line in pair] + numbered(100, 110) + ["}"] * 12
        self.assertEqual(self.strip(seen, text), "\n".join(numbered(100, 110) + ["}"] * 12) + "\n")

    def test_repeated_pairs_of_lines_are_none(self):
        seen = near_duplicates.Seen()
        self.strip(seen, numbered(0, 40))
        text = [line for at in range(10) for line in numbered(4 * at, 4 * at + 2) + numbered(100 + at, 101 + at)]
        self.assertEqual(self.strip(seen, text), "\n".join(text) + "\n")

    def test_what_is_too_short_is_dropped(self):
        self.assertIsNone(near_duplicates.Seen().strip("x" * 198 + "\n"))
        self.assertIsNotNone(near_duplicates.Seen().strip("x" * 199 + "\n"))


class Splits(unittest.TestCase):
    def test_whole_groups_are_held_out(self):
        self.assertEqual([splits.split_of("boost", group) for group in ("heap", "bimap", "asio")], ["test", "valid", "train"])
        self.assertEqual([splits.split_of("postgres", group) for group in ("ddl", "spi", "wal", "heap")], ["test", "valid", "train", "train"])

    def test_seven_libraries_and_no_group_twice(self):
        self.assertEqual(len({*splits.HELD_OUT["boost"]["test"], *splits.HELD_OUT["boost"]["valid"]}), 7)
        for held in splits.HELD_OUT.values():
            self.assertTrue(set(held["test"]).isdisjoint(held["valid"]))


class Programs(unittest.TestCase):
    def run_program(self, name, *arguments):
        return subprocess.run([sys.executable, "-B", PROGRAMS / name, *arguments], capture_output=True, text=True, check=False)

    def test_the_corpus_of_a_small_tree(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for at, path in enumerate(("boost/heap/a.hpp", "boost/asio/a.hpp", "boost/asio/b.hpp", "boost/asio/c.hpp", "html/ddl.html")):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                lines = numbered(100 * min(at, 2), 100 * min(at, 2) + 20)
                (folder / path).write_text('<body><div class="chapter"><pre>' + "\n".join(numbered(900, 920)) + "</pre></div></body>" if path.endswith("html")
                                           else LICENSE + "\n".join(lines) + "\n")
            made = []
            for out in ("one", "two"):
                result = self.run_program("make_corpus.py", "--out", folder / out, "--boost", folder / "boost", "--postgres", folder / "html")
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                made.append({path.name: path.read_bytes() for path in (folder / out).iterdir()})
            self.assertEqual(made[0], made[1])
            files = {split: [json.loads(line)["file"] for line in made[0][f"{split}.jsonl"].splitlines()] for split in splits.SPLITS}
            self.assertEqual(files, {"train": ["boost/asio/a.hpp", "boost/asio/b.hpp"], "valid": [], "test": ["boost/heap/a.hpp", "postgres/ddl.html"]})
            manifest = json.loads(made[0]["manifest.json"])
            self.assertEqual(manifest["near_duplicate_files"], {"boost": 1, "postgres": 0})
            self.assertEqual(manifest["splits"]["train"]["boost"], {"files": 2, "bytes": sum(len(line) + 1 for line in numbered(100, 120) + numbered(200, 220))})

    def test_errors_are_one_line(self):
        for name, arguments in (("make_corpus.py", ("--boost", "/nowhere")), ("make_tokens.py", ("--corpus", "/nowhere")),
                                ("make_notice.py", ("--corpus", "/nowhere"))):
            result = self.run_program(name, "--out", "/nowhere", *arguments)
            self.assertEqual((result.returncode, result.stdout, result.stderr.count("\n")), (2, "", 1), result.stderr)
            self.assertIn("/nowhere", result.stderr)


class Notice(unittest.TestCase):
    def test_copyright_lines(self):
        text = "//  Copyright (c) 2001   A. Author \n/* (C) Copyright B. Author 2002 */\nint copyright_of(int);\n// see the copyright notice\n"
        self.assertEqual(make_notice.copyright_lines(text), {"Copyright (c) 2001 A. Author", "(C) Copyright B. Author 2002"})

    def test_license_and_holders(self):
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / "copyright"
            path.write_text("Files: *\nCopyright: A\n  B\nLicense: X\n\nFiles: y\nLicense: X\n\nLicense: X\n One\n .\n  two\n\nLicense: Y\n no\n")
            self.assertEqual((make_notice.holders(path), make_notice.license_text(path, "X")), ("A\nB\n", "One\n\ntwo\n"))
            self.assertRaises(ValueError, make_notice.license_text, path, "Z")


if __name__ == "__main__":
    unittest.main()
