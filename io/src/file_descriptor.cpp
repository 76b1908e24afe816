#include "fp4/io/file_descriptor.hpp"

#include <unistd.h>

namespace fp4::io {

void FileDescriptor::close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

} // namespace fp4::io
