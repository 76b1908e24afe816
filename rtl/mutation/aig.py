"""And-inverter graphs: literals are 2 * node, + 1 where inverted; 0 is false, 1 true. Equal nodes are one."""

import random
import re
import resource
import subprocess


class Aig:
    def __init__(self):
        self.fanins = [None]  # of nodes; None: false, or an input
        self.table = {}

    def input(self):
        self.fanins.append(None)
        return 2 * (len(self.fanins) - 1)

    def land(self, a, b):
        if a > b:
            a, b = b, a
        if a == 0 or a ^ b == 1:
            return 0
        if a == 1 or a == b:
            return b
        lit = self.table.get((a, b))
        if lit is None:
            self.fanins.append((a, b))
            lit = self.table[a, b] = 2 * (len(self.fanins) - 1)
        return lit

    def lor(self, a, b):
        return self.land(a ^ 1, b ^ 1) ^ 1

    def xor(self, a, b):
        return self.lor(self.land(a, b ^ 1), self.land(a ^ 1, b))

    def mux(self, s, a, b):
        return self.lor(self.land(s, a), self.land(s ^ 1, b))

    def any(self, lits):
        lits = list(lits) or [0]
        while len(lits) > 1:
            lits = [self.lor(*lits[i:i + 2]) if i + 1 < len(lits) else lits[i] for i in range(0, len(lits), 2)]
        return lits[0]

    def cone(self, lits):
        """Nodes under these literals, each after its own."""
        seen, order, stack = {0}, [], [lit >> 1 for lit in lits]
        while stack:
            node = stack[-1]
            if node in seen:
                stack.pop()
            elif self.fanins[node] is None or all(lit >> 1 in seen for lit in self.fanins[node]):
                seen.add(node)
                order.append(node)
                stack.pop()
            else:
                stack.extend(lit >> 1 for lit in self.fanins[node])
        return order

    def met(self, lit, patterns=8192, rounds=4):
        """Whether random inputs make a literal 1: some all bits alike, some with few ones or few zeros."""
        order, source = self.cone([lit]), random.Random(1)
        ones = (1 << patterns) - 1
        for _ in range(rounds):
            value = {0: 0}
            for node in order:
                pair = self.fanins[node]
                if pair is None:
                    bits = source.getrandbits(patterns)
                    value[node] = (bits, bits & source.getrandbits(patterns), bits | source.getrandbits(patterns))[source.randrange(3)]
                else:
                    a, b = (value[x >> 1] ^ ones if x & 1 else value[x >> 1] for x in pair)
                    value[node] = a & b
            if value[lit >> 1] != (ones if lit & 1 else 0):
                return True
        return False

    def substitute(self, roots, values):
        """The roots with literals in the place of nodes."""
        new = {0: 0}
        for node in self.cone(roots):
            if node in values:
                new[node] = values[node]
            elif self.fanins[node] is None:
                new[node] = 2 * node
            else:
                a, b = self.fanins[node]
                new[node] = self.land(new[a >> 1] ^ a & 1, new[b >> 1] ^ b & 1)
        return [new[lit >> 1] ^ lit & 1 for lit in roots]

    def write(self, path, bad, latches=()):
        """Binary AIGER with one output. latches: (state, next state, its value at the start)."""
        latches = list(latches)
        order = self.cone([bad, *(latch[1] for latch in latches), *(latch[0] for latch in latches)])
        states = {q >> 1 for q, _, _ in latches}
        inputs = [node for node in order if self.fanins[node] is None and node not in states]
        ands = [node for node in order if self.fanins[node] is not None]
        index = {0: 0}
        for node in [*inputs, *(q >> 1 for q, _, _ in latches), *ands]:
            index[node] = 2 * len(index)

        def lit(x):
            return index[x >> 1] ^ x & 1
        text = [f"aig {len(index) - 1} {len(inputs)} {len(latches)} 1 {len(ands)}"]
        text += [f"{lit(d)} {start}" for _, d, start in latches] + [str(lit(bad)), ""]
        binary = bytearray("\n".join(text).encode())
        for node in ands:
            low, high = sorted(lit(x) for x in self.fanins[node])
            for delta in (index[node] - high, high - low):
                while delta > 127:
                    binary.append(delta & 127 | 128)
                    delta >>= 7
                binary.append(delta)
        path.write_bytes(binary)
        return len(ands)


class Circuit:
    """A circuit with registers, as yosys writes it in ASCII AIGER: inputs, states, next states and outputs, by their names."""

    def __init__(self, path, names):
        self.aig = aig = Aig()
        lines = iter(open(path))
        _, i, latches, outputs, ands = (int(n) for n in next(lines).split()[1:])
        lit = {0: 0, 1: 1}

        def define(text):
            new = aig.input()
            lit[int(text)], lit[int(text) ^ 1] = new, new ^ 1
            return new
        inputs = [define(next(lines)) for _ in range(i)]
        rows = [next(lines).split() for _ in range(latches)]
        states = [define(row[0]) for row in rows]
        roots = [int(next(lines)) for _ in range(outputs)]
        for _ in range(ands):
            new, a, b = (int(n) for n in next(lines).split())
            lit[new] = aig.land(lit[a], lit[b])
            lit[new ^ 1] = lit[new] ^ 1
        kinds = {"input": {}, "latch": {}, "output": {}}
        for line in open(names):
            kind, number, bit, name = re.match(r"(\w+) (\d+) (\d+) (.*)", line).groups()
            if kind in kinds:
                kinds[kind].setdefault(int(number), f"{name}[{bit}]")
        self.inputs = {kinds["input"][n]: x for n, x in enumerate(inputs)}
        self.states = states
        self.nexts = [lit[int(row[1])] for row in rows]
        self.outputs = {kinds["output"][n]: lit[x] for n, x in enumerate(roots)}


def abc(path, command, seconds):
    """What ABC prints within so many seconds of its own time, however busy the machine is."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    return subprocess.run(["berkeley-abc", "-c", f"read {path}; {command}"], capture_output=True, text=True, preexec_fn=limit).stdout
