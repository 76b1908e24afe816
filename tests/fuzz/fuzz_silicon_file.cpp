// libFuzzer: any bytes, gzip among them, as a file of `fp4vec check silicon`.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "silicon_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace fp4::vec;
    static const int file = memfd_create("fuzz", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, 0) != 0 ||
        ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
        std::abort();
    uint64_t said = 0;
    const auto counts = check_silicon_file(
        "/proc/self/fd/" + std::to_string(file),
        {.on_mismatch = [&](const SiliconMismatch& m) { said += !describe(m).empty(); },
         .limit = 3});
    if (!counts) {
        for (char c : counts.error().message)
            if (static_cast<unsigned char>(c) < ' ') std::abort();
        if (counts.error().message.empty()) std::abort();
    } else if (counts->passed + counts->failed > 2 * counts->rows ||
               said != std::min<uint64_t>(counts->failed, 3)) {
        std::abort();
    }
    return 0;
}
