"""Windows of tokens for calibration, validation and test, and the training stream."""

import fixed_order

CONTEXT = 256


def windows_of(tokens, context=CONTEXT):
    """Successive runs of context tokens without overlap; what is left at the end is dropped."""
    return [tokens[at:at + context] for at in range(0, len(tokens) - context + 1, context)]


def spread(windows_per_file, wanted):
    """windows_per_file: file -> number of windows. Returns wanted (file, window) pairs in sorted order, over as many files as possible: each round takes one
    more window of every file that has one left, a file's windows and, in the last round, the files in fixed_order. ValueError if there are too few."""
    rounds = {file: sorted(range(count), key=lambda window: fixed_order.key("window", file, window)) for file, count in windows_per_file.items()}
    files = sorted(rounds, key=lambda file: fixed_order.key("file", file))
    taken = []
    for turn in range(max(windows_per_file.values(), default=0)):
        taken += [(file, rounds[file][turn]) for file in files if turn < len(rounds[file])]
        if len(taken) >= wanted:
            return sorted(taken[:wanted])
    raise ValueError(f"{len(taken)} windows, expected {wanted}")


def mixed_stream(lengths, small, small_share):
    """lengths: domain -> {file: tokens}. Every file of the other domains comes once; those of domain small are repeated, in whole passes and then in part,
    until they hold small_share of the tokens (all once where they hold more already). Returns [(pass, file)] shuffled in fixed_order."""
    others = [file for domain, files in lengths.items() if domain != small for file in files]
    wanted = small_share / (1 - small_share) * sum(lengths[domain][file] for domain in lengths if domain != small for file in lengths[domain])
    entries = [(0, file) for file in others]
    held = turn = 0
    while lengths[small] and (turn == 0 or held < wanted):
        for file in sorted(lengths[small], key=lambda file: fixed_order.key("pass", turn, file)):
            if turn and held >= wanted:
                break
            entries.append((turn, file))
            held += lengths[small][file]
        turn += 1
    return sorted(entries, key=lambda entry: fixed_order.key("stream", *entry))
