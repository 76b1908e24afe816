"""How ref-llama's windows, training stream and token files are made."""

import json
import pathlib
import shutil
import tempfile
import unittest

import corpus_file
import ngram_overlap
import safetensors_file
import sentencepiece_tool
import token_files
import token_windows


def read(path):
    """Returns the metadata and {name: (shape, values)} of a file of I32 and U16 tensors."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + size])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            size_of_value, signed = {"I32": (4, True), "U16": (2, False)}[entry["dtype"]]
            assert end <= len(data)
            tensors[name] = entry["shape"], [int.from_bytes(data[at:at + size_of_value], "little", signed=signed) for at in range(begin, end, size_of_value)]
    return header["__metadata__"], tensors


class Windows(unittest.TestCase):
    def test_runs_without_overlap_and_tails_dropped(self):
        self.assertEqual(token_windows.windows_of(list(range(10)), 4), [[0, 1, 2, 3], [4, 5, 6, 7]])
        self.assertEqual(token_windows.windows_of(list(range(8)), 4), [[0, 1, 2, 3], [4, 5, 6, 7]])
        self.assertEqual(token_windows.windows_of([1, 2, 3], 4), [])

    def test_every_file_comes_before_any_second_window(self):
        counts = {"a": 5, "b": 1, "c": 3, "none": 0}
        self.assertEqual(sorted(file for file, _ in token_windows.spread(counts, 3)), ["a", "b", "c"])
        self.assertEqual(sorted(file for file, _ in token_windows.spread(counts, 5)), ["a", "a", "b", "c", "c"])
        self.assertEqual(token_windows.spread(counts, 9), [("a", n) for n in range(5)] + [("b", 0)] + [("c", n) for n in range(3)])
        self.assertEqual(len(set(token_windows.spread(counts, 7))), 7)

    def test_windows_are_not_always_the_first(self):
        taken = token_windows.spread({f"file{number}": 10 for number in range(50)}, 50)
        self.assertGreater(len({window for _, window in taken}), 5)

    def test_too_few_windows(self):
        self.assertRaises(ValueError, token_windows.spread, {"a": 2}, 3)
        self.assertRaises(ValueError, token_windows.spread, {}, 1)


class Stream(unittest.TestCase):
    def test_the_small_domain_is_repeated_to_its_share(self):
        lengths = {"big": {f"b{n}": 10 for n in range(70)}, "small": {f"s{n}": 10 for n in range(8)}}
        entries = token_windows.mixed_stream(lengths, "small", 0.3)
        self.assertEqual(sorted(file for _, file in entries if file[0] == "b"), sorted(lengths["big"]))
        self.assertEqual(sum(file[0] == "s" for _, file in entries), 30)
        self.assertEqual([sum(turn == n for turn, file in entries if file[0] == "s") for n in range(4)], [8, 8, 8, 6])
        self.assertEqual(len(set(entries)), len(entries))
        self.assertLess(min(n for n, (_, file) in enumerate(entries) if file[0] == "s"), 20)
        self.assertNotEqual([file for _, file in entries if file[0] == "b"], sorted(lengths["big"]))

    def test_a_domain_above_its_share_comes_once(self):
        entries = token_windows.mixed_stream({"big": {"b": 1}, "small": {"s": 10, "t": 10}}, "small", 0.3)
        self.assertEqual(sorted(entries), [(0, "b"), (0, "s"), (0, "t")])

    def test_the_order_is_fixed(self):
        entries = token_windows.mixed_stream({"big": {f"b{n}": 1 for n in range(6)}, "small": {}}, "small", 0.3)
        self.assertEqual([file for _, file in entries], ["b1", "b4", "b3", "b2", "b0", "b5"])


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_layout_of_a_safetensors_file(self):
        path = self.folder / "a"
        safetensors_file.write(path, {"b": ((2,), [1, -2]), "a": ((1, 1), [3])}, {"x": "é"})
        data = path.read_bytes()
        text = '{"__metadata__":{"format":"pt","x":"é"},"a":{"dtype":"I32","shape":[1,1],"data_offsets":[0,4]},"b":{"dtype":"I32","shape":[2],"data_offsets":[4,12]}}'
        text = text.encode() + b" " * (-len(text.encode()) % 8)
        self.assertEqual(data, len(text).to_bytes(8, "little") + text + b"\3\0\0\0" + b"\1\0\0\0" + b"\xfe\xff\xff\xff")
        self.assertEqual([entry.name for entry in self.folder.iterdir()], ["a"])

    def test_narrow_tensors(self):
        path = self.folder / "a"
        safetensors_file.write(path, {"b": ((2,), [1, 65535]), "a": ((1,), [-3])}, {}, ("b",))
        self.assertEqual(read(path)[1], {"a": ([1], [-3]), "b": ([2], [1, 65535])})
        self.assertEqual(path.read_bytes()[-4:], b"\1\0\xff\xff")
        self.assertRaises(OverflowError, safetensors_file.write, path, {"b": ((1,), [65536])}, {}, ("b",))

    def test_a_failure_leaves_nothing(self):
        self.assertRaises(OverflowError, safetensors_file.write, self.folder / "a", {"a": ((1,), [1 << 31])}, {})
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_windows_of_one_file_only(self):
        context = token_windows.CONTEXT
        records = [{"domain": "boost", "file": "x"}, {"domain": "postgres", "file": "y"}, {"domain": "boost", "file": "z"}]
        streams = [[1] + [5] * (2 * context), [1] + [6] * (context - 1), [1] + [7] * (context + 3)]
        path = self.folder / "t"
        summary = token_files.write_windows(path, records, streams, {"boost": 3, "postgres": 1}, [0, 0, 0, 0, 0, 2, 3, 1], {"split": "test"})
        metadata, tensors = read(path)
        self.assertEqual(metadata, {"format": "pt", "split": "test", "files": '["x", "z", "y"]'})
        rows = [1] + [5] * (2 * context - 1) + [1] + [7] * (context - 1) + [1] + [6] * (context - 1)
        self.assertEqual(tensors, {"tokens": ([4, context], rows), "file": ([4], [0, 0, 1, 2]), "domain": ([4], [0, 0, 0, 1]),
                                   "bytes": ([4], [2 * context - 2, 2 * context - 2, context - 1, 3 * context - 3])})
        self.assertEqual(summary["boost"], {"windows": 3, "files": 2, "bytes": 5 * context - 5})
        with self.assertRaisesRegex(ValueError, "t, postgres: 1 windows, expected 2"):
            token_files.write_windows(path, records, streams, {"boost": 3, "postgres": 2}, [0] * 8, {})

    def test_the_training_stream_holds_whole_documents(self):
        records = [{"domain": "boost", "file": "x"}, {"domain": "postgres", "file": "y"}]
        summary = token_files.write_train(self.folder / "t", records, [[1, 5, 6], [1, 7]], "postgres", 0.5, {})
        shape, tokens = read(self.folder / "t")[1]["tokens"]
        self.assertEqual((shape, summary["tokens"], summary["unique_tokens"], summary["postgres_tokens"]), ([7], 7, 5, 4))
        parts = sorted("".join(map(str, tokens)).split("1")[1:])
        self.assertEqual(parts, ["56", "7", "7"])

    def test_a_hostile_corpus_names_its_line(self):
        path = self.folder / "a.jsonl"
        good = '{"domain": "boost", "file": "x", "text": "y"}\n'
        for bad in ("[]\n", "{\n", '{"domain": "other", "file": "x", "text": "y"}\n', '{"domain": "boost", "file": "x", "text": 1}\n', good):
            path.write_text(good + bad)
            with self.assertRaisesRegex(ValueError, "a.jsonl:2: "):
                corpus_file.read(path)


class Overlap(unittest.TestCase):
    def test_share_of_ngrams(self):
        self.assertEqual(ngram_overlap.share([[1, 2, 3, 4]], [[9, 1, 2, 3, 9]], 3), 0.5)
        self.assertEqual(ngram_overlap.share([[1, 2, 1, 2, 1], [1, 2]], [[2, 1, 2]], 3), 1 / 3)
        self.assertEqual(ngram_overlap.share([[1, 2, 3]], [[256, 512, 768, 0]], 3), 0.0)
        self.assertEqual(ngram_overlap.share([[1]], [[1]], 3), 0.0)


@unittest.skipUnless(shutil.which("spm_train") and shutil.which("spm_encode") and shutil.which("spm_export_vocab"), "package sentencepiece is not installed")
class Tokenizer(unittest.TestCase):
    def test_tokens_stand_for_the_text(self):
        words = [f"{a}{b}{c}" for a in "bcdfghklmnprst" for b in "aeiou" for c in "bdgklmnprst"]
        texts = ["\n".join(f"{'    ' * (at % 4)}if ({word}):\n\treturn {word}{at};\n" for at, word in enumerate(words))] * 2
        with tempfile.TemporaryDirectory() as folder:
            models = [pathlib.Path(folder) / name for name in ("one", "two")]
            for model in models:
                sentencepiece_tool.train(texts, model)
            self.assertEqual(models[0].read_bytes(), models[1].read_bytes())
            sizes = sentencepiece_tool.piece_bytes(models[0])
            self.assertEqual((len(sizes), sizes[:4]), (sentencepiece_tool.VOCABULARY, [0, 0, 0, 1]))
            samples = ["    if (bab):\n\n\treturn  x;  \n", "é→\n", "", "\n", texts[0]]
            for text, tokens in zip(samples, sentencepiece_tool.encode(samples, models[0])):
                self.assertEqual(sum(sizes[token] for token in tokens), len(text.encode()))
                self.assertNotIn(sentencepiece_tool.UNK, tokens)
            self.assertEqual(sentencepiece_tool.encode(["a\nb"], models[0])[0].count(sentencepiece_tool.NEWLINE), 1)
            self.assertEqual(sentencepiece_tool.encode(["\n\t"], models[0])[0], [13, 12])
            four, eight = sentencepiece_tool.encode(["    x", "        x"], models[0])
            self.assertLess(len(four), 5)
            self.assertLess(len(eight), 9)


if __name__ == "__main__":
    unittest.main()
