// libFuzzer: any bytes as a safetensors file; every tensor that the header promises is read.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "fp4/io/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace fp4::io;
    const FileDescriptor file(memfd_create("fuzz", MFD_CLOEXEC));
    if (!file.is_open() || ::write(file.get(), data, size) != static_cast<ssize_t>(size))
        std::abort();
    const auto opened = SafetensorsFile::open("/proc/self/fd/" + std::to_string(file.get()));
    if (!opened) {
        for (char c : opened.error().message)
            if (static_cast<unsigned char>(c) < ' ') std::abort();
        return opened.error().message.empty() ? (std::abort(), 0) : 0;
    }
    uint64_t covered = 0;
    for (const TensorInfo& tensor : opened->tensors()) {
        if (tensor.byte_size() > size || opened->file_offset(tensor) + tensor.byte_size() > size ||
            opened->find(tensor.name) != &tensor)
            std::abort();
        covered += tensor.byte_size();
        std::vector<std::byte> bytes(tensor.byte_size());
        const bool known = tensor.dtype != Dtype::other;
        if (bool(opened->read(tensor, bytes)) != known) std::abort();
    }
    if (covered > size) std::abort();
    return 0;
}
