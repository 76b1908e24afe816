"""check.py FOLDER: every cover point is hit in every core that has it, and every line, branch and toggle in one, but for those that
rtl/coverage/waivers.toml waives. FOLDER holds what Verilator counted, CORE/STIMULUS.dat.
check.py FOLDER --needed: each stimulus is needed: without it points are not hit. Exit status: 0 as it must be, 1 not, 2 bad usage or files."""

import collections
import sys

import coverage_data


def check(points, wrong):
    for kind, total in coverage_data.sums(points, lambda point: point.kind).items():
        print(f"{kind}: {total.hit} of {total.points} hit, {total.waived} waived, {total.missed} missed")
    missed = [str(point) for point in points if not point.covered and not point.waiver]
    for line in missed + wrong:
        print(f"  {line}" if line in wrong else f"  not hit: {line}")
    return 1 if missed or wrong else 0


def check_needed(points):
    stimuli = sorted({stimulus for point in points for stimulus in point.counts})
    alone = collections.defaultdict(list)
    for point in points:
        if len(point.counts) == 1:
            alone[next(iter(point.counts))].append(point)
    for stimulus in stimuli:
        print(f"without {stimulus}: {len(alone[stimulus])} points not hit" + (f", as {alone[stimulus][0]}" if alone[stimulus] else ""))
    return 0 if all(alone[stimulus] for stimulus in stimuli) else 1


def main(folder, needed):
    try:
        points = coverage_data.read(folder)
    except (ValueError, OSError) as error:
        print(f"check.py: {error}", file=sys.stderr)
        return 2
    return check_needed(points) if needed else check(points, coverage_data.waive(points))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--needed"]):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1], len(sys.argv) == 3))
