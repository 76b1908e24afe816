#include "move_entries.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "fp4/io/message.hpp"

namespace fp4::io {

namespace fs = std::filesystem;

Status move_entries(std::span<const fs::path> entries, const fs::path& folder,
                    std::string_view name, Turn turn, const fs::path& shown) {
    std::vector<fs::path> order(entries.begin(), entries.end());
    std::stable_partition(order.begin(), order.end(), [&](const fs::path& entry) {
        return (entry.filename().native() == name) == (turn == Turn::first);
    });
    for (size_t i = 0; i < order.size(); ++i) {
        std::error_code error;
        fs::rename(order[i], folder / order[i].filename(), error);
        if (!error) continue;
        std::error_code ignored;
        while (i-- > 0) fs::rename(folder / order[i].filename(), order[i], ignored);
        return Error{ErrorCode::write_failed,
                     printable_path(shown) + ": cannot move its files: " + error.message()};
    }
    return Done{};
}

} // namespace fp4::io
