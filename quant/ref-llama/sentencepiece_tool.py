"""The tokenizer: Debian's spm_train and spm_encode."""

import pathlib
import subprocess
import tempfile

import whole_file

VOCABULARY = 1024
UNK, BOS, EOS, BYTE_0 = 0, 1, 2, 3
NEWLINE = BYTE_0 + 0x0A

# Nothing is normalized away: blanks, tabs and indentation are the text. Line ends are byte tokens, since the tools work by line; no piece contains one, so
# the tokens of a text are those of its lines joined by NEWLINE. There is no dummy prefix, or each line would get one.
TRAINING = {
    "model_type": "bpe", "vocab_size": VOCABULARY, "byte_fallback": "true", "character_coverage": 0.9999,
    "unk_id": UNK, "bos_id": BOS, "eos_id": EOS, "pad_id": -1,
    "normalization_rule_name": "identity", "remove_extra_whitespaces": "false", "add_dummy_prefix": "false",
    "split_by_whitespace": "true", "allow_whitespace_only_pieces": "true", "split_digits": "true",
    "max_sentence_length": 1 << 20, "input_sentence_size": 0, "num_threads": 1, "minloglevel": 1,
}


def _run(command, folder=None):
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    except FileNotFoundError as error:
        raise OSError(f"{command[0]} was not found, expected package sentencepiece") from error
    if result.returncode:
        raise OSError(f"{command[0]} failed: {(result.stderr.strip().splitlines() or ['no message'])[-1]}")


def train(texts, model):
    """Trains on the lines of texts and writes the file model. The model records the names it was given, so they are relative to a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "lines").write_text("\n".join(texts), encoding="utf-8", newline="\n")
        _run(["spm_train", "--input=lines", "--model_prefix=tokenizer"] + [f"--{name}={value}" for name, value in TRAINING.items()], folder)
        whole_file.write(model, (pathlib.Path(folder) / "tokenizer.model").read_bytes())


def piece_bytes(model):
    """Returns for each token how many UTF-8 bytes of text it stands for; 0 for the control tokens."""
    with tempfile.TemporaryDirectory() as folder:
        listing = pathlib.Path(folder) / "vocabulary"
        _run(["spm_export_vocab", f"--model={model}", f"--output={listing}"])
        pieces = [line.split("\t")[0] for line in listing.read_text(encoding="utf-8").rstrip("\n").split("\n")]
    return [0] * BYTE_0 + [1] * 256 + [len(piece.replace("\u2581", " ").encode()) for piece in pieces[BYTE_0 + 256:]]


def encode(texts, model):
    """Returns the tokens of each text, without BOS."""
    lines = sorted({line for text in texts for line in text.split("\n")})
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder) / "lines", pathlib.Path(folder) / "ids"
        source.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")
        _run(["spm_encode", f"--model={model}", "--output_format=id", f"--input={source}", f"--output={target}"])
        ids = target.read_text().split("\n")[:-1]
    if len(ids) != len(lines):
        raise OSError(f"spm_encode: {len(ids)} lines came back, expected {len(lines)}")
    tokens_of = {line: [int(token) for token in row.split()] for line, row in zip(lines, ids)}
    result = []
    for text in texts:
        tokens = []
        for line in text.split("\n"):
            tokens += tokens_of[line]
            tokens.append(NEWLINE)
        result.append(tokens[:-1])
    return result
