"""Whether mutants of a core are the core itself. Every proof compares the two in one step from one state, so that what holds for a step holds for
all; they differ in what they know of the state.

everywhere   nothing: next states and outputs are the same in every state
retimed      data registers that load under an enable hold what the logic before them made of registers before them (for so many stages), as
             they do from their first load on, and in stages with a valid bit what came with it; a register may differ that nothing sees to differ
guarded      some registers may differ while one control register says that nothing is in them
reachable    of the control registers, from a reset on, only states that can be reached (ABC's property directed reachability); registers that
             may differ are there twice, data registers hold anything"""

import re

import aig
import netlist

TIMEOUT_S = 60
DEPTHS = (1, 2, 3)
TWICE_ROUNDS = 8  # registers from one that may differ to an output, at most
CONTROL_SUPPORT = 150  # registers that a control register depends on, at most


class Core:
    """A core with mutants behind mutsel, its registers cut: states go in, next states come out."""

    def __init__(self, mutants, folder):
        netlist.netlist(mutants, folder, "equivalence", f"""setundef -zero; opt_expr; opt_merge; opt_clean; async2sync; dffunmap
            techmap; opt_expr; opt_merge; opt_clean; simplemap; aigmap; opt_clean
            write_aiger -ascii -map {folder}/equivalence.map {folder}/equivalence.aag""")
        self.load(folder)

    def load(self, folder):
        circuit = aig.Circuit(folder / "equivalence.aag", folder / "equivalence.map")
        self.aig, self.folder = circuit.aig, folder
        self.select = sorted((int(re.search(r"\[(\d+)\]$", name)[1]), x) for name, x in circuit.inputs.items() if name.startswith("mutsel["))
        self.states = [x >> 1 for x in circuit.states]
        self.register = {node: n for n, node in enumerate(self.states)}
        self.roots = circuit.nexts + list(circuit.outputs.values())
        # D counts while it is valid.
        names = list(circuit.outputs)
        valid = circuit.outputs["d_valid_o[0]"]
        for n, name in enumerate(names, len(self.states)):
            if name.startswith(("d_o[", "d_tag_o[", "d_last_o[")):
                self.roots[n] = self.aig.land(valid, self.roots[n])
        self.original = self.mutant(0)
        self.rst_n = circuit.inputs["rst_ni[0]"] >> 1
        resetting, running = self.resetting_and_running(self.original)
        self.start = {n: x for n, x in enumerate(resetting[:len(self.states)]) if x in (0, 1)}
        # Where a register that is reset takes v under the enable e, and others load under e and v, they hold what came with it while it is 1.
        valid = []
        for n in sorted(self.start):
            enable = self.enable_of(2 * self.states[n], running[n])
            if enable is not None:
                taken = self.aig.substitute([running[n]], {enable >> 1: enable & 1 ^ 1})[0]
                valid.append((n, enable, taken))
        self.enable, self.valid, tells = [], [], {}
        for n, x in enumerate(self.states):
            enable = None if n in self.start else self.enable_of(2 * x, running[n])
            self.enable.append(enable)
            if enable is not None and enable not in tells:
                tells[enable] = next((one for one in valid if one[1] != enable and self.under(enable, one[1]) == (0, one[2])), None)
            self.valid.append(tells.get(enable))
        self.control = self.control_registers()
        self.steering = self.steering_registers()

    def under(self, lit, condition):
        """The literal where a condition is 0, and where it is 1."""
        return tuple(self.aig.substitute([lit], {condition >> 1: condition & 1 ^ one})[0] for one in (0, 1))

    def resetting_and_running(self, roots):
        return self.aig.substitute(roots, {self.rst_n: 0}), self.aig.substitute(roots, {self.rst_n: 1})

    def mutant(self, number):
        return self.aig.substitute(self.roots, {x >> 1: number >> bit & 1 for bit, x in self.select})

    def enable_of(self, q, root):
        """The literal under which a register loads, where its next state is a choice between something and itself."""
        pair = self.aig.fanins[root >> 1]
        if pair is None:
            return None
        if root & 1:
            for hold, load in (pair, pair[::-1]):
                inner = self.aig.fanins[hold >> 1]
                if hold & 1 and inner and q in inner:
                    keep = inner[0] if inner[1] == q else inner[1]
                    other = self.aig.fanins[load >> 1]
                    if load & 1 and other and keep ^ 1 in other:
                        return keep ^ 1
            if q ^ 1 in pair:  # loads 1
                return (pair[0] if pair[1] == q ^ 1 else pair[1]) ^ 1
        elif q in pair:  # loads 0
            return (pair[0] if pair[1] == q else pair[1]) ^ 1
        return None

    def supports(self, roots):
        """For every root the registers it depends on, as bits."""
        masks = {0: 0}
        for node in self.aig.cone(roots):
            pair = self.aig.fanins[node]
            masks[node] = masks[pair[0] >> 1] | masks[pair[1] >> 1] if pair else 1 << self.register[node] if node in self.register else 0
        return [masks[x >> 1] for x in roots]

    def control_registers(self):
        """Registers that depend, over any number of cycles, on few."""
        direct = self.supports(self.original[:len(self.states)])
        control = set()
        for n in range(len(self.states)):
            reached, new = 0, 1 << n
            while new and reached.bit_count() <= CONTROL_SUPPORT:
                bit = new & -new
                new ^= bit
                if not reached & bit:
                    reached |= bit
                    new |= direct[bit.bit_length() - 1] & ~reached
            if reached.bit_count() <= CONTROL_SUPPORT:
                control.add(n)
        return control

    def steering_registers(self):
        """Control registers that are reset, and what they depend on over any number of cycles."""
        direct = self.supports(self.original[:len(self.states)])
        reached, new = 0, sum(1 << n for n in self.control & self.start.keys())
        while new:
            bit = new & -new
            reached |= bit
            new = (new | direct[bit.bit_length() - 1]) & ~reached
        return {n for n in range(len(self.states)) if reached >> n & 1}

    def never(self, bad, name, latches=(), command="iprove"):
        """True, False, or None where ABC did not say in time."""
        if bad in (0, 1):
            return bad == 0
        if not latches and self.aig.met(bad):
            return False
        path = self.folder / f"{name}.aig"
        self.aig.write(path, bad, latches)
        log = aig.abc(path, command, TIMEOUT_S)
        if "\nUNSATISFIABLE" in log or "Property proved" in log:
            return True
        return False if "\nSATISFIABLE" in log or "was asserted in frame" in log else None

    def differ(self, pairs):
        return self.aig.any(self.aig.xor(a, b) for a, b in pairs)


class Proof:
    """Of one mutant."""

    def __init__(self, core, number):
        self.core, self.aig, self.number = core, core.aig, number
        self.mutant = core.mutant(number)
        self.changed = [n for n, (a, b) in enumerate(zip(core.original, self.mutant)) if a != b]

    def everywhere(self):
        return self.core.never(self.core.differ((self.core.original[n], self.mutant[n]) for n in self.changed), f"everywhere{self.number}")

    def touched(self, registers):
        """Roots that may see that these registers differ, or that changed; not the registers themselves."""
        mask = sum(1 << n for n in registers)
        seen = [n for roots in (self.core.original, self.mutant) for n, support in enumerate(self.core.supports(roots)) if support & mask]
        return sorted(set(seen + self.changed) - set(registers))

    def expand(self, roots, nexts, context, depth, ghosts, apart, kept, assumed):
        """The roots with data registers, but for those kept, as what the logic before them made, depth stages back; None where registers in apart
        stay. nexts: in reset, and out of it. In assumed come the registers that say that others are in use, which are taken to be 1."""
        resetting, running = nexts
        groups, values = {}, {}
        for node in self.aig.cone(roots):
            if self.aig.fanins[node] is not None:
                continue
            n = self.core.register.get(node)
            if n is not None and depth and self.core.enable[n] is not None and n not in kept:
                enable = self.core.enable[n]
                if self.core.valid[n]:
                    valid, enable, taken = self.core.valid[n]
                    groups.setdefault(enable, ([], {}))[1][taken >> 1] = taken & 1 ^ 1
                    assumed.add((context, valid))
                groups.setdefault(enable, ([], {}))[0].append(n)
            elif n in apart:
                return None
            elif context:
                if (context, node) not in ghosts:
                    ghosts[context, node] = self.aig.input()
                values[node] = ghosts[context, node]
        for enable, (members, taken) in groups.items():
            known = {enable >> 1: enable & 1 ^ 1, **taken}
            for n in members:
                own = self.core.enable[n]
                known[own >> 1] = own & 1 ^ 1
                if self.aig.substitute([running[n]], {own >> 1: own & 1}) != [2 * self.core.states[n]]:
                    return None
            loaded = self.aig.substitute([running[n] for n in members], known)
            # What registers without a valid bit load in reset is the same.
            if not taken and any(resetting[n] not in (new, 2 * self.core.states[n]) for n, new in zip(members, loaded)):
                return None
            loaded = self.expand(loaded, nexts, (*context, enable), depth - 1, ghosts, apart, set(), assumed)
            if loaded is None:
                return None
            values.update((self.core.states[n], x) for n, x in zip(members, loaded))
        values.update((self.core.states[n], 1) for where, n in assumed if where == context)
        return self.aig.substitute(roots, values)

    def unused(self, targets, apart, assumed):
        """Whether registers that differ are not looked at in reset, and where one of those assumed to be 1 is 0."""
        for node in [self.core.rst_n, *(self.core.states[valid] for context, valid in assumed if not context)]:
            fresh = {self.core.states[n]: self.aig.input() for n in apart}
            a = self.aig.substitute([self.core.original[n] for n in targets], {node: 0})
            b = self.aig.substitute([self.mutant[n] for n in targets], {**fresh, node: 0})
            if not self.core.never(self.core.differ((x, y) for x, y in zip(a, b) if x != y), f"unused{self.number}"):
                return False
        return True

    def retimed(self):
        original, mutant = (self.core.resetting_and_running(roots) for roots in (self.core.original, self.mutant))
        for depth in DEPTHS:
            apart = set()
            for _ in range(4):
                targets = self.touched(apart)
                ghosts, assumed = {}, set()
                a = self.expand([original[1][n] for n in targets], original, (), depth, ghosts, apart, set(targets), assumed)
                b = a and self.expand([mutant[1][n] for n in targets], mutant, (), depth, ghosts, apart, set(targets), assumed)
                if not b:
                    break
                pairs = {n: (x, y) for n, x, y in zip(targets, a, b) if x != y}
                holds = self.core.never(self.core.differ(pairs.values()), f"retimed{self.number}")
                if holds:
                    if self.unused(targets, apart, assumed):
                        return f"{depth} stages"
                    break
                if holds is None or any(n >= len(self.core.states) or self.core.enable[n] is None for n in pairs):
                    break
                apart |= set(pairs)
        return None

    def guarded(self):
        changed = {n for n in self.changed if n < len(self.core.states)}
        if len(changed) < len(self.changed):
            return None
        # What looks at them depends on the guard, too.
        seen = self.touched(changed)
        supports = self.core.supports([self.core.original[n] for n in seen]) if seen else []
        for guard in sorted(self.core.start):
            node, apart = self.core.states[guard], set(changed)
            if guard in apart or not any(support >> guard & 1 for support in supports):
                continue
            for _ in range(3):
                targets = self.touched(apart) + sorted(apart)
                fresh = {self.core.states[n]: self.aig.input() for n in apart}
                bad, wrong = [], set()
                for used in (0, 1):
                    a = self.aig.substitute([self.core.original[n] for n in (*targets, guard)], {node: used})
                    b = self.aig.substitute([self.mutant[n] for n in targets], {node: used, **({} if used else fresh)})
                    for n, x, y in zip(targets, a, b):
                        if x != y:
                            difference = self.aig.xor(x, y)
                            bad.append(self.aig.land(a[-1], difference) if n in apart else difference)
                            if n not in apart:
                                wrong.add(n)
                if self.core.never(self.aig.any(bad), f"guarded{self.number}"):
                    return f"{len(apart)} registers"
                if not wrong or any(n >= len(self.core.states) or n == guard for n in wrong):
                    break
                apart |= wrong
        return None

    def without_data(self, pairs, data):
        """Pairs of literals that are the same wherever these are: where two ANDs hang on data, their fanins instead."""
        hangs = {0: False}
        for node in self.aig.cone([x for pair in pairs for x in pair]):
            fanins = self.aig.fanins[node]
            hangs[node] = any(hangs[x >> 1] for x in fanins) if fanins else node in data
        found, left, seen = set(), list(pairs), set()
        while left:
            x, y = left.pop()
            if x == y or (x >> 1, y >> 1) in seen:
                continue
            a, b = self.aig.fanins[x >> 1], self.aig.fanins[y >> 1]
            if x & 1 == y & 1 and a and b and (hangs[x >> 1] or hangs[y >> 1]):
                seen.add((x >> 1, y >> 1))
                crossed = a[0] == b[1] or a[1] == b[0]
                left += zip(a, b[::-1] if crossed and a[0] != b[0] and a[1] != b[1] else b)
            else:
                found.add((x, y))
        return found

    def reachable(self):
        return self.reachable_of(self.core.steering) or self.reachable_of(self.core.control)

    def reachable_of(self, control):
        aig_, core = self.aig, self.core
        apart = set()
        for _ in range(TWICE_ROUNDS):
            targets = self.touched(apart)
            started = aig_.input()
            twice = {core.states[n]: aig_.input() for n in apart}
            now, again = {}, {}
            for n in control | apart:
                node = core.states[n]
                if n in core.start:
                    now[node], again[node] = 2 * node, twice.get(node, 2 * node)
                else:
                    unknown = aig_.input()
                    now[node] = aig_.mux(started, 2 * node, unknown)
                    again[node] = aig_.mux(started, twice[node], unknown) if n in apart else now[node]
            rows = sorted(control | apart)
            a = aig_.substitute([core.original[n] for n in (*targets, *rows)], now)
            b = aig_.substitute([self.mutant[n] for n in (*targets, *sorted(apart))], again)
            latches = [(started, 1, 0)]
            latches += [(2 * core.states[n], x, core.start.get(n, 0)) for n, x in zip(rows, a[len(targets):])]
            latches += [(twice[core.states[n]], x, core.start.get(n, 0)) for n, x in zip(sorted(apart), b[len(targets):])]
            wrong = [n for n, x, y in zip(targets, a, b) if x != y]
            pairs = self.without_data(list(zip(a[:len(targets)], b)), {core.states[n] for n in range(len(core.states)) if n not in control | apart})
            holds = core.never(core.differ(sorted(pairs)), f"reachable{self.number}", latches, "pdr")
            if holds:
                return f"{len(apart)} registers twice"
            if holds is None or any(n >= len(core.states) for n in wrong):
                return None
            apart |= set(wrong)
        return None


METHODS = ("everywhere", "reachable", "retimed", "guarded")


def prove(core, number, methods):
    """The first of these methods that proves the mutant, with what it took; None where none does."""
    proof = Proof(core, number)
    if not proof.changed:
        return "everywhere"
    for method in methods:
        detail = getattr(proof, method)()
        if detail:
            return method if detail is True else f"{method}, {detail}"
    return None
