#include "ops_folder.hpp"

#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

#include "fp4/try.hpp"

namespace fp4::kernels {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t largest_extent = uint64_t{1} << 24;

Error bad_line(const fs::path& path, size_t number, const std::string& expected,
               const std::string& line) {
    return {ErrorCode::bad_file, path.string() + ":" + std::to_string(number) + ": expected " +
                                     expected + ", found " + line.substr(0, 80)};
}

Result<std::vector<uint8_t>> read_file(const fs::path& path, uint64_t bytes) {
    std::error_code error;
    const uint64_t found = fs::file_size(path, error);
    if (error) return Error{ErrorCode::bad_file, path.string() + ": " + error.message()};
    if (found != bytes)
        return Error{ErrorCode::bad_file, path.string() + ": expected " + std::to_string(bytes) +
                                              " bytes, found " + std::to_string(found)};
    std::vector<uint8_t> out(bytes);
    std::ifstream file(path, std::ios::binary);
    if (!file.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(bytes)))
        return Error{ErrorCode::bad_file, path.string() + ": expected to be readable"};
    return out;
}

// Little-endian words of `size` bytes.
Result<std::vector<uint32_t>> read_words(const fs::path& path, uint64_t count, uint64_t size) {
    FP4_TRY_ASSIGN(const auto bytes, read_file(path, count * size));
    std::vector<uint32_t> out(count);
    for (uint64_t i = 0; i < count; ++i)
        for (uint64_t j = 0; j < size; ++j)
            out[i] |= static_cast<uint32_t>(bytes[i * size + j]) << 8 * j;
    return out;
}

// The words of a line, taken one after the other.
class Words {
  public:
    explicit Words(const std::string& line) : stream_(line) {}

    bool is(const char* keyword) {
        std::string word;
        return stream_ >> word && word == keyword;
    }
    // Takes the next word if it is that one.
    bool next_is(const char* keyword) {
        const auto here = stream_.tellg();
        if (is(keyword)) return true;
        stream_.clear();
        stream_.seekg(here);
        return false;
    }
    bool text(std::string& out) { return static_cast<bool>(stream_ >> out); }
    bool number(uint64_t& out, uint64_t low, uint64_t high, int base = 10) {
        std::string word;
        if (!(stream_ >> word)) return false;
        const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), out, base);
        return code == std::errc{} && end == word.data() + word.size() && out >= low && out <= high;
    }
    bool end() {
        std::string word;
        return !(stream_ >> word);
    }

  private:
    std::istringstream stream_;
};

// "FORMAT V1 V2 SCALE", the specials in half-units, the tensor scale as eight hexadecimal digits or
// "rows" where each of tensor.rows has one, which a file of their own holds.
bool read_operand(Words& words, PackedTensor& tensor) {
    std::string name;
    uint64_t v1 = 0, v2 = 0, scale = 0;
    if (!words.text(name) || !words.number(v1, 0, special_max_halves) ||
        !words.number(v2, 0, special_max_halves))
        return false;
    if (words.next_is("rows"))
        tensor.row_scales.resize(tensor.rows);
    else if (!words.number(scale, 0, UINT32_MAX, 16))
        return false;
    const auto format = format_from_name(name);
    if (!format) return false;
    tensor.format = *format;
    tensor.specials = {static_cast<uint8_t>(v1), static_cast<uint8_t>(v2)};
    tensor.tensor_scale = {static_cast<uint32_t>(scale)};
    return true;
}

// The files of op `index`.
Status read_files(const fs::path& folder, size_t index, bool has_c, uint64_t out_bytes,
                  DumpedOp& op) {
    std::string number = std::to_string(index);
    number.insert(0, number.size() < 3 ? 3 - number.size() : 0, '0');
    for (const auto& [tensor, name] : {std::pair{&op.a, "a"}, {&op.b, "b"}}) {
        if (tensor->k % static_cast<uint64_t>(spec_of(tensor->format).block))
            return Error{ErrorCode::bad_file,
                         folder.string() + ": op " + op.name + ": K: expected whole blocks"};
        FP4_TRY_ASSIGN(auto codes, read_file(folder / (number + "." + name + "_codes"),
                                             tensor->rows * tensor->code_bytes_per_row()));
        FP4_TRY_ASSIGN(auto scales, read_file(folder / (number + "." + name + "_scales"),
                                              tensor->rows * tensor->scale_bytes_per_row()));
        tensor->codes = std::move(codes);
        tensor->scales = std::move(scales);
        if (tensor->row_scales.empty()) continue;
        FP4_TRY_ASSIGN(const auto rows,
                       read_words(folder / (number + "." + name + "_row_scales"), tensor->rows, 4));
        for (size_t row = 0; row < rows.size(); ++row) tensor->row_scales[row] = {rows[row]};
    }
    const uint64_t outputs = op.a.rows * op.b.rows;
    if (has_c) {
        FP4_TRY_ASSIGN(const auto c, read_words(folder / (number + ".c"), outputs, 4));
        for (const uint32_t bits : c) op.c.push_back({bits});
    }
    FP4_TRY_ASSIGN(auto d, read_words(folder / (number + ".d"), outputs, 4));
    FP4_TRY_ASSIGN(auto out, read_words(folder / (number + ".out"), outputs, out_bytes));
    op.d = std::move(d);
    op.out = std::move(out);
    return Done{};
}

} // namespace

Result<DumpedOps> read_ops_folder(const fs::path& folder) {
    const fs::path path = folder / "ops.txt";
    std::ifstream file(path);
    if (!file)
        return Error{ErrorCode::bad_file,
                     path.string() + ": expected the folder that simrun --dump-ops wrote"};
    DumpedOps dumped;
    std::string line;
    for (size_t number = 1; std::getline(file, line); ++number) {
        Words words(line);
        if (number == 1) {
            if (line != "fp4sim-ops 1") return bad_line(path, number, "fp4sim-ops 1", line);
        } else if (number == 2) {
            std::string profile, type;
            const std::string expected = "engine NAME profile NAME d-type NAME";
            if (!words.is("engine") || !words.text(dumped.engine) || !words.is("profile") ||
                !words.text(profile) || !words.is("d-type") || !words.text(type) || !words.end())
                return bad_line(path, number, expected, line);
            dumped.arithmetic = arithmetic_from_name(profile);
            if (!dumped.arithmetic || (type != "f32" && type != "bf16" && type != "f16"))
                return bad_line(path, number, expected, line);
            dumped.out_type = type == "f32"    ? Dense::f32
                              : type == "bf16" ? Dense::bf16
                                               : Dense::f16;
        } else {
            DumpedOp op;
            uint64_t c = 0;
            if (!words.is("op") || !words.text(op.name) || !words.is("m") ||
                !words.number(op.a.rows, 1, largest_extent) || !words.is("n") ||
                !words.number(op.b.rows, 1, largest_extent) || !words.is("k") ||
                !words.number(op.a.k, 1, largest_extent) || !words.is("c") ||
                !words.number(c, 0, 1) || !words.is("a") || !read_operand(words, op.a) ||
                !words.is("b") || !read_operand(words, op.b) || !words.end())
                return bad_line(
                    path, number,
                    "op NAME m M n N k K c 0|1 a FORMAT V1 V2 SCALE b FORMAT V1 V2 SCALE", line);
            op.b.k = op.a.k;
            FP4_TRY(read_files(folder, dumped.ops.size(), c == 1,
                               static_cast<uint64_t>(bytes_of(dumped.out_type)), op));
            dumped.ops.push_back(std::move(op));
        }
    }
    if (dumped.ops.empty())
        return Error{ErrorCode::bad_file, path.string() + ": expected at least one op"};
    return dumped;
}

} // namespace fp4::kernels
