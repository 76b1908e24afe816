#include "dump_ops.hpp"

#include <fmt/format.h>

#include "fp4/io/atomic_file.hpp"
#include "fp4/io/sha256.hpp"

namespace fp4::sim {
namespace {

class FolderWriter {
  public:
    explicit FolderWriter(std::filesystem::path folder) : folder_(std::move(folder)) {}

    void write(const std::string& name, std::span<const std::byte> bytes) {
        io::Sha256 sha256;
        sha256.update(bytes);
        sums_ += sha256.hex_digest() + "  " + name + "\n";
        put(name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }

    Status finish() {
        put("SHA256SUMS", sums_);
        return status_;
    }

  private:
    void put(const std::string& name, std::string_view bytes) {
        if (status_) status_ = io::write_file_atomically(folder_ / name, bytes);
    }

    std::filesystem::path folder_;
    std::string sums_;
    Status status_ = Done{};
};

std::string operand_words(const PackedTensor& tensor) {
    return fmt::format("{} {} {} {}", spec_of(tensor.format).name, tensor.specials.v1_halves,
                       tensor.specials.v2_halves,
                       tensor.row_scales.empty() ? fmt::format("{:08X}", tensor.tensor_scale.bits)
                                                 : "rows");
}

} // namespace

Status dump_ops(const std::filesystem::path& folder, const RunReport& report) {
    const OutputType type = report.options.out_type;
    FolderWriter writer(folder);
    std::string text =
        fmt::format("fp4sim-ops 1\nengine {} profile {} d-type {}\n", report.options.engine,
                    report.hardware.profile, spec_of(type).name);
    for (size_t i = 0; i < report.ops.size(); ++i) {
        const auto& [op, output, check, golden_s] = report.ops[i];
        const std::vector<Fp32> c = report.c.of(op);
        text += fmt::format("op {} m {} n {} k {} c {} a {} b {}\n", op.name, op.m(), op.n(),
                            op.k(), c.empty() ? 0 : 1, operand_words(op.a), operand_words(op.b));
        const auto file = [&](const char* name) { return fmt::format("{:03}.{}", i, name); };
        writer.write(file("a_codes"), std::as_bytes(std::span(op.a.codes)));
        writer.write(file("a_scales"), std::as_bytes(std::span(op.a.scales)));
        writer.write(file("b_codes"), std::as_bytes(std::span(op.b.codes)));
        writer.write(file("b_scales"), std::as_bytes(std::span(op.b.scales)));
        if (!op.a.row_scales.empty())
            writer.write(file("a_row_scales"), std::as_bytes(std::span(op.a.row_scales)));
        if (!op.b.row_scales.empty())
            writer.write(file("b_row_scales"), std::as_bytes(std::span(op.b.row_scales)));
        if (!c.empty()) writer.write(file("c"), std::as_bytes(std::span(c)));
        writer.write(file("d"), std::as_bytes(std::span(output.d)));
        writer.write(file("out"), output_bytes(output, type));
    }
    writer.write(dumped_ops_file, std::as_bytes(std::span(text)));
    return writer.finish();
}

} // namespace fp4::sim
