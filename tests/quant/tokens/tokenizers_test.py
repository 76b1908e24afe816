"""tokenizers_test.py TOKEN_IDS: ids by Hugging Face's tokenizers and by the program TOKEN_IDS, of tokenizer.json files in the shape of Llama-3's, Qwen2's, Qwen3's and
GPT-2's, whose vocabulary is trained here.

tokenizers_test.py --write FOLDER: writes small ones and the ids of some texts for byte_level_bpe_test.cpp.

Exit status 77: tokenizers is not installed."""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    import tokenizers
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
except ImportError as error:
    print(f"SKIP: {error}")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[3]
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
WORDS = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SHAPES = {  # name: digits of a word, special and other added tokens, normalizer, ignore_merges
    "llama3": ("{1,3}", ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"], [], None, True),
    "qwen2": ("", ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], [], {"type": "NFC"}, False),
    "qwen3": ("", ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], ["<think>", "</think>", "<tool_call>", "<tool"], {"type": "NFC"}, False),
    "gpt2": (None, ["<|endoftext|>"], [], None, False),
}


def byte_level(use_regex):
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": use_regex}


def pre_tokenizer(digits):
    if digits is None:
        return byte_level(True)
    split = {"type": "Split", "pattern": {"Regex": WORDS % digits}, "behavior": "Isolated", "invert": False}
    return {"type": "Sequence", "pretokenizers": [split, byte_level(False)]}


def with_begin_token(token, number):
    piece = {"SpecialToken": {"id": token, "type_id": 0}}
    single = [piece, {"Sequence": {"id": "A", "type_id": 0}}]
    template = {"type": "TemplateProcessing", "single": single, "pair": single + [{"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {token: {"id": token, "ids": [number], "tokens": [token]}}}
    return {"type": "Sequence", "processors": [byte_level(True), template]}


def tokenizer_json(name, corpus, vocab_size, string_merges):
    """A tokenizer.json whose model is trained on the texts of `corpus`."""
    digits, special, other, normalizer, ignore_merges = SHAPES[name]
    trained = Tokenizer.from_str(json.dumps({"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": normalizer,
                                             "pre_tokenizer": pre_tokenizer(digits), "post_processor": None, "decoder": None,
                                             "model": {"type": "BPE", "vocab": {}, "merges": []}}))
    trainer = trainers.BpeTrainer(vocab_size=vocab_size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    trained.train_from_iterator(corpus, trainer)
    content = json.loads(trained.to_str())
    model = content["model"]
    model["ignore_merges"] = ignore_merges
    if ignore_merges:  # words that no merge makes
        for word in ("Ġwholly", "itself"):
            model["vocab"].setdefault(word, len(model["vocab"]))
    pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in model["merges"]]
    model["merges"] = [" ".join(pair) for pair in pairs] if string_merges else pairs
    first = len(model["vocab"])
    content["added_tokens"] = [{"id": first + i, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
                                "special": token in special} for i, token in enumerate(special + other)]
    content["post_processor"] = with_begin_token(special[0], first) if name == "llama3" else byte_level(False)
    content["decoder"] = byte_level(True)
    return content


NASTY = ["", " ", "\n", "\r\n", "\t\t x\t", "  leading and   inner  spaces  ", "a\r\nb\r\n\r\n  c\n \n", "It's WE'RE I'll they'd 'S 'LL 'Tis o'clock don\u2019t '\u017f",
         "1 12 123 1234 12345678901234567890 3.14159 1,000,000 0x1F", "\u0663\u0664\u0665\u0666 \u00bd \u2167 \u00b2\u00b3", "\u4f60\u597d\uff0c\u4e16\u754c\u3002\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8",
         "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \u2764\ufe0f", "e\u0301 \u00e9 a\u0323\u0302 \u1ea7 \ufb01 \u212b \u1e9b\u0323 \u0b92\u0bd7 \uac00\u11a8 \u1100\u1161", "\u00a0\u2003\u2028\u2029\u0085\u000b\u000c\u3000\u200b\ufeff",
         "\x00\x01\x7f \u0000", "<|endoftext|><|im_start|>user\n<|im_end|>", "a<|begin_of_text|>b<|eot_id|> <|eot_id", "<think>x</think> <tool_call> <tool> <too",
         "def f(x):\n    return {\"a\": [x]*2} # ok!!!\n\n\n", "http://example.org/?q=a&b=%20#frag", "___---===+++ ...\n...\r\n", "wholly itself Wholly itselfs", "x" * 3000, "ab" * 2000 + "\n" * 500 + " " * 500,
         "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea \u0928\u092e\u0938\u094d\u0924\u0947 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\U00010348\U0001d49c\U0001d7d8\U000e0041"]


def random_texts(count):
    """Texts of what words begin and end with."""
    draw = random.Random(7)
    bits = [" ", "  ", "\n", "\r", "\t", "'", "'s", "'LL", "\u2019", "a", "Ab", "the", "1", "22", "\u0665", ".", "!?", "-", "_", "\u00e9", "e\u0301", "\u0301", "\u4f60", "\U0001f600", "\u200d",
            "\u00a0", "\u3000", "\u0085", "\u017f", "<|", "|>", "<think>", "<|im_end|>", "<|eot_id|>", "<tool", "\u00b2", "\u02b0", "\u0e33", "\U000e0041", "\u1100", "\u1161"]
    return ["".join(draw.choices(bits, k=draw.randint(1, 30))) for _ in range(count)]


def ids_of(program, file, texts, folder):
    paths = []
    for i, text in enumerate(texts):
        paths.append(folder / f"{i}.txt")
        paths[-1].write_bytes(text.encode())
    run = subprocess.run([program, file, *paths], stdout=subprocess.PIPE, check=True, text=True)
    return [[int(word) for word in line.split()] for line in run.stdout.splitlines()]


def differences(program, name, string_merges, corpus, texts):
    content = json.dumps(tokenizer_json(name, corpus, 1500, string_merges), ensure_ascii=string_merges)
    theirs = Tokenizer.from_str(content)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "tokenizer.json").write_text(content, encoding="utf-8")
        ours = ids_of(program, folder / "tokenizer.json", texts, folder)
    assert len(ours) == len(texts)
    wrong = [text for text, ids in zip(texts, ours) if ids != theirs.encode(text).ids]
    print(f"{name}, merges as {'strings' if string_merges else 'pairs'}: {len(texts)} texts, {sum(map(len, ours))} ids, {len(wrong)} texts differ")
    for text in wrong[:5]:
        print(f"  {text[:80]!r}")
    return len(wrong)


def write(folder, corpus):
    texts = [text for text in NASTY if len(text) < 200]
    for name in ("llama3", "qwen3"):
        content = json.dumps(tokenizer_json(name, corpus, 400, name == "llama3"), ensure_ascii=True)
        (folder / f"{name}.json").write_text(content + "\n")
        theirs = Tokenizer.from_str(content)
        lines = [json.dumps({"text": text, "ids": theirs.encode(text).ids}) for text in texts]
        (folder / f"{name}_ids.json").write_text('{"by": "tokenizers %s", "texts": [\n%s\n]}\n' % (tokenizers.__version__, ",\n".join(lines)))


def main():
    corpus = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").glob("*.md"))]
    if sys.argv[1] == "--write":
        return write(pathlib.Path(sys.argv[2]), corpus)
    print(f"tokenizers {tokenizers.__version__}")
    texts = NASTY + random_texts(400) + corpus
    return 1 if sum(differences(sys.argv[1], name, string_merges, corpus, texts) for name in SHAPES for string_merges in (True, False)) else 0


if __name__ == "__main__":
    sys.exit(main())
