// Functions that the compiler makes once for each width of vectors; the widest that the machine has
// runs.
#pragma once

// Every instruction set rounds each operation alike: wider ones are only faster.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_ADDRESS__)
#define FP4_WIDER [[gnu::target_clones("avx512f", "avx2", "default")]]
#else
#define FP4_WIDER
#endif
