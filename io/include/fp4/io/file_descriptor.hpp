// An open file that is closed exactly once.
#pragma once
#include <utility>

namespace fp4::io {

class FileDescriptor {
  public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) : fd_(fd) {}
    FileDescriptor(FileDescriptor&& from) noexcept : fd_(std::exchange(from.fd_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& from) noexcept {
        if (this != &from) {
            close();
            fd_ = std::exchange(from.fd_, -1);
        }
        return *this;
    }
    ~FileDescriptor() { close(); }

    int get() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }
    void close();

  private:
    int fd_ = -1;
};

} // namespace fp4::io
