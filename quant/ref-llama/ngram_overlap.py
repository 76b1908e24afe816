"""Verbatim overlap of one set of token streams with another."""

import array


def share(queries, corpus, length):
    """queries, corpus: lists of token streams. Returns the share of the n-grams of length tokens in queries that occur in corpus; 0 without any."""
    wanted = {}
    total = 0
    for stream in queries:
        for at in range(len(stream) - length + 1):
            gram = array.array("H", stream[at:at + length]).tobytes()
            wanted[gram] = wanted.get(gram, 0) + 1
            total += 1
    found = set()
    size = 2 * length
    for stream in corpus:
        data = array.array("H", stream).tobytes()
        for at in range(0, len(data) - size + 1, 2):
            gram = data[at:at + size]
            if gram in wanted:
                found.add(gram)
    return sum(wanted[gram] for gram in found) / total if total else 0.0
