"""Near-duplicates by shingles of three lines."""

import hashlib

SHINGLE_LINES = 3
SHORTEST_SHINGLE = 24
LONGEST_REPEAT = 7
LEAST_NEW = 0.5
SHORTEST_TEXT = 200


class Seen:
    """The shingles of all texts so far. A shingle is three successive non-blank lines without their indentation, of 24 characters or more in all, so
    that runs of closing braces are none."""

    def __init__(self):
        self._digests = set()

    def _repeated(self, lines):
        """lines: the stripped non-blank lines of a text. Marks those that lie in a shingle seen before, in this text or an earlier one."""
        repeated = [False] * len(lines)
        for at in range(len(lines) - SHINGLE_LINES + 1):
            shingle = "\n".join(lines[at:at + SHINGLE_LINES])
            if len(shingle) < SHORTEST_SHINGLE:
                continue
            digest = hashlib.blake2b(shingle.encode(), digest_size=8).digest()
            if digest in self._digests:
                repeated[at:at + SHINGLE_LINES] = [True] * SHINGLE_LINES
            self._digests.add(digest)
        return repeated

    def strip(self, text):
        """Returns text without its runs of eight or more repeated non-blank lines (shorter runs are idiom and stay); None where fewer than half of the
        non-blank lines are new, or fewer than 200 characters are left. The shingles of the whole text count as seen in either case."""
        lines = text.split("\n")
        filled = [i for i, line in enumerate(lines) if line.strip()]
        repeated = self._repeated([lines[i].strip() for i in filled])
        if repeated.count(False) < LEAST_NEW * len(filled):
            return None
        dropped = set()
        start = 0
        for at in range(len(filled) + 1):
            if at == len(filled) or not repeated[at]:
                if at - start > LONGEST_REPEAT:
                    dropped.update(filled[start:at])
                start = at + 1
        kept = []
        for i, line in enumerate(lines):
            if i not in dropped and (line.strip() or (kept and kept[-1])):
                kept.append(line)
        result = "\n".join(kept).strip("\n") + "\n"
        return result if len(result) >= SHORTEST_TEXT else None
