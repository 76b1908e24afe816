// Static work sharing: the same slices whatever the timing, so that results cannot depend on it.
#pragma once
#include <cstdint>
#include <functional>

namespace fp4 {

// 0: as many as the machine has.
unsigned thread_count(unsigned asked);

// Calls work(first, last) for consecutive slices of 0 .. count, each but the last a multiple of
// `grain` long, on up to `threads` threads, with the floating-point environment at its default
// (round to nearest even, nothing flushed). A thread that the system refuses to start is replaced
// by the calling one. `work` must not throw.
void on_slices(unsigned threads, uint64_t count, uint64_t grain,
               const std::function<void(uint64_t, uint64_t)>& work);

} // namespace fp4
