"""Token files and the memory of programs, for what is measured on models of real size."""
import json
import pathlib
import random
import re
import struct
import subprocess
import time

VOCAB = 128256  # of the models that synthetic_checkpoint makes


def write_tokens(path, windows, length, split):
    """Random token windows of one file; memory and time do not depend on what they say."""
    columns = {"tokens": random.Random(0).choices(range(VOCAB), k=windows * length), "file": [0] * windows, "domain": [0] * windows,
               "bytes": [4 * length] * windows}
    header, data = {"__metadata__": {"fp4sim.tokens": "1", "files": '["random"]', "domains": '["random"]', "split": split, "tokenizer_sha256": ""}}, b""
    for name, values in columns.items():
        shape = [windows, length] if name == "tokens" else [windows]
        begin, data = len(data), data + struct.pack(f"<{len(values)}i", *values)
        header[name] = {"dtype": "I32", "shape": shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def measure(words, while_running=lambda: None):
    """Runs a command to its end: its exit status, its seconds, and the most anonymous memory that it held, in GiB."""
    begin = time.monotonic()
    process = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            status = ""
        found = re.search(r"RssAnon:\s*(\d+)", status)
        most = max(most, int(found[1]) if found else 0)
        while_running()
        time.sleep(0.02)
    return process.returncode, time.monotonic() - begin, most / 2**20
