#include "program_files.hpp"

namespace fp4::sim {

Result<ProgramFiles> ProgramFiles::locate() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error)
        return Error{ErrorCode::bad_file,
                     "/proc/self/exe: expected the path of this program: " + error.message()};
    const auto prefix = program.parent_path().parent_path();
    return ProgramFiles{prefix / "share/fp4sim/recipes", prefix / "share/fp4sim/models",
                        prefix / "share/fp4sim/configs", prefix / "lib/fp4sim"};
}

} // namespace fp4::sim
