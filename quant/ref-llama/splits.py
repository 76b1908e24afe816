"""Which split a source file belongs to: by whole Boost library and by whole chapter of the PostgreSQL documentation."""

HELD_OUT = {
    "boost": {
        "test": ("chrono", "heap", "histogram", "icl", "type_erasure"),
        "valid": ("bimap", "signals2"),
    },
    "postgres": {
        "test": ("client-authentication", "contrib", "ddl", "high-availability", "information-schema", "logical-replication", "plpgsql", "queries",
                 "reference-server", "views"),
        "valid": ("backup", "indexes", "pltcl", "spi", "textsearch"),
    },
}
DOMAINS = tuple(HELD_OUT)
SPLITS = ("train", "valid", "test")


def split_of(domain, group):
    """group: library or chapter. Returns "train", "valid" or "test"."""
    for split, groups in HELD_OUT[domain].items():
        if group in groups:
            return split
    return "train"
