#include <algorithm>
#include <charconv>
#include <set>

#include "fp4/traces/trace.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"
#include "trace_keys.hpp"

namespace fp4::traces {
namespace {

// Reads one trace file; the first error stays and every later step does nothing.
class TraceReader {
  public:
    explicit TraceReader(const io::SafetensorsFile& file) : file_(file) {}

    Result<Trace> read() {
        Trace trace;
        const auto version = text(keys::version);
        if (version != keys::version_1 && version != keys::version_2)
            fail("metadata " + std::string(keys::version) + ": expected \"1\" or \"2\", found " +
                 found(keys::version));
        per_operand_ = version == keys::version_2;
        trace.model = text(keys::model);
        trace.layers = per_operand_ ? numbers(keys::layers, UINT32_MAX)
                                    : std::vector{number(keys::layer, UINT32_MAX)};
        trace.source = choice<Source>(keys::source, source_names);
        trace.source_sha256 = text(keys::source_sha256);
        if (!per_operand_) {
            const Specials specials{
                static_cast<uint8_t>(number(keys::v1_halves, special_max_halves)),
                static_cast<uint8_t>(number(keys::v2_halves, special_max_halves))};
            common_a_ = {format(keys::a_format), specials};
            common_b_ = {format(keys::b_format), specials};
        }
        trace.encoder = text(keys::encoder);
        trace.tokens = number(keys::tokens, UINT64_MAX);
        trace.seed = number(keys::seed, UINT64_MAX);
        for (const std::string& name : op_names())
            if (!error_) trace.ops.push_back(op(name));
        for (const auto& [key, value] : file_.metadata())
            if (!known_.contains(key) && key != "format") trace.other_metadata[key] = value;
        if (error_) return *error_;
        return trace;
    }

  private:
    void fail(std::string what) {
        if (!error_)
            error_ = Error{ErrorCode::bad_file,
                           io::printable_path(file_.path()) + ": " + std::move(what)};
    }

    std::string found(std::string_view key) const {
        const auto at = file_.metadata().find(key);
        return at == file_.metadata().end() ? "nothing" : io::in_quotes(at->second);
    }

    std::string_view text(std::string_view key) {
        known_.emplace(key);
        const auto at = file_.metadata().find(key);
        if (at != file_.metadata().end()) return at->second;
        fail("metadata " + std::string(key) + ": expected in a trace, found nothing");
        return {};
    }

    uint64_t number(std::string_view key, uint64_t largest) {
        const auto list = numbers(key, largest);
        if (list.size() == 1) return list[0];
        fail("metadata " + std::string(key) + ": expected one integer, found " + found(key));
        return 0;
    }

    // Integers between commas.
    std::vector<uint64_t> numbers(std::string_view key, uint64_t largest) {
        std::vector<uint64_t> out;
        const std::string_view value = text(key);
        const char *at = value.data(), *const stop = at + value.size();
        for (bool more = true; more;) {
            uint64_t number = 0;
            const auto [end, code] = std::from_chars(at, stop, number);
            if (code != std::errc{} || (end != stop && *end != ',') || number > largest) {
                fail("metadata " + std::string(key) + ": expected integers from 0 to " +
                     std::to_string(largest) + ", found " + found(key));
                return {0};
            }
            out.push_back(number);
            more = end != stop;
            at = end + 1;
        }
        return out;
    }

    std::vector<std::string> op_names() {
        std::vector<std::string> names;
        std::string_view rest = text(keys::ops);
        for (bool more = !rest.empty(); more;) {
            const size_t comma = rest.find(',');
            const std::string name(rest.substr(0, comma));
            if (name.empty() || std::ranges::find(names, name) != names.end())
                fail("metadata ops: expected distinct names between commas, found " +
                     found(keys::ops));
            names.push_back(name);
            more = comma != std::string_view::npos;
            if (more) rest.remove_prefix(comma + 1);
        }
        if (names.empty()) fail("metadata ops: expected at least one op, found none");
        return names;
    }

    template <class Enum, class Names>
    Enum choice(std::string_view key, const Names& names) {
        const std::string_view value = text(key);
        std::string all;
        for (size_t i = 0; i < names.size(); ++i) {
            if (names[i] == value) return static_cast<Enum>(i);
            all += (i ? ", " : "") + std::string(names[i]);
        }
        fail("metadata " + std::string(key) + ": expected one of " + all + ", found " + found(key));
        return {};
    }

    Format format(std::string_view key) {
        std::array<std::string_view, format_specs.size()> names;
        for (size_t i = 0; i < names.size(); ++i) names[i] = format_specs[i].name;
        return choice<Format>(key, names);
    }

    // Of one operand in version 2.
    OperandFormat own_format(const std::string& prefix) {
        OperandFormat own{format(prefix + keys::format)};
        if (!spec_of(own.format).has_specials()) return own;
        const auto halves = numbers(prefix + keys::specials, special_max_halves);
        if (halves.size() != 2) {
            fail("metadata " + prefix + keys::specials + ": expected V1,V2 in half-units, found " +
                 found(prefix + keys::specials));
            return own;
        }
        own.specials = {static_cast<uint8_t>(halves[0]), static_cast<uint8_t>(halves[1])};
        return own;
    }

    // The bytes of a tensor that must exist with this type and rank.
    const io::TensorInfo* tensor(const std::string& name, io::Dtype dtype, size_t rank) {
        const io::TensorInfo* info = file_.find(name);
        if (!info) {
            fail("tensor " + io::in_quotes(name) + ": expected in this trace, found nothing");
        } else if (info->dtype != dtype || info->shape.size() != rank) {
            fail("tensor " + io::in_quotes(name) + ": expected " +
                 std::string(spec_of(dtype).name) + " of rank " + std::to_string(rank) +
                 ", found " + io::printable(info->dtype_name) + " of rank " +
                 std::to_string(info->shape.size()));
            info = nullptr;
        }
        return info;
    }

    template <class T>
    std::vector<T> values(const io::TensorInfo& info) {
        std::vector<T> out(info.byte_size() / sizeof(T));
        if (auto status = file_.read(info, std::as_writable_bytes(std::span(out)));
            !status && !error_)
            error_ = status.error();
        return out;
    }

    // One number, or one for each row.
    void read_outer_scales(const io::TensorInfo& info, PackedTensor& t) {
        const bool of_rows = !info.shape.empty();
        if (of_rows && info.shape[0] != t.rows)
            return fail("tensor " + io::in_quotes(info.name) + ": expected a scalar or shape [" +
                        std::to_string(t.rows) + "], found [" + std::to_string(info.shape[0]) +
                        "]");
        auto scales = values<Fp32>(info);
        if (error_) return;
        if (std::ranges::any_of(scales, [](Fp32 s) { return s.is_nan() || s.is_infinite(); }))
            return fail("tensor " + io::in_quotes(info.name) +
                        ": expected a finite scale, found NaN or infinity");
        if (of_rows)
            t.row_scales = std::move(scales);
        else
            t.tensor_scale = scales[0];
    }

    PackedTensor operand(const std::string& prefix, const OperandFormat& common) {
        PackedTensor t{per_operand_ ? own_format(prefix) : common, 0, 0, {}, {}, {}};
        const io::TensorInfo* codes = tensor(prefix + keys::codes, io::Dtype::u8, 2);
        const io::TensorInfo* scales = tensor(prefix + keys::scales, io::Dtype::u8, 2);
        const io::TensorInfo* outer = file_.find(prefix + keys::tensor_scale);
        outer = tensor(prefix + keys::tensor_scale, io::Dtype::f32,
                       outer && outer->shape.size() == 1 ? 1 : 0);
        if (!codes || !scales || !outer) return t;
        t.rows = codes->shape[0];
        t.k = codes->shape[1] * 2;
        const auto block = static_cast<uint64_t>(spec_of(t.format).block);
        if (t.rows == 0 || t.k == 0 || t.k % block != 0) {
            fail("tensor " + io::in_quotes(codes->name) + ": K: expected a multiple of " +
                 std::to_string(block) + ", found " + std::to_string(t.rows) + " rows of " +
                 std::to_string(t.k) + " codes");
            return t;
        }
        if (scales->shape[0] != t.rows || scales->shape[1] != t.scale_bytes_per_row()) {
            fail("tensor " + io::in_quotes(scales->name) + ": expected shape [" +
                 std::to_string(t.rows) + ", " + std::to_string(t.scale_bytes_per_row()) +
                 "], found [" + std::to_string(scales->shape[0]) + ", " +
                 std::to_string(scales->shape[1]) + "]");
            return t;
        }
        t.codes = values<uint8_t>(*codes);
        t.scales = values<uint8_t>(*scales);
        read_outer_scales(*outer, t);
        return t;
    }

    std::vector<Fp32> matrix(const std::string& name, uint64_t m, uint64_t n) {
        if (!file_.find(name)) return {};
        const io::TensorInfo* info = tensor(name, io::Dtype::f32, 2);
        if (!info) return {};
        if (info->shape[0] != m || info->shape[1] != n) {
            fail("tensor " + io::in_quotes(name) + ": expected shape [" + std::to_string(m) + ", " +
                 std::to_string(n) + "], found [" + std::to_string(info->shape[0]) + ", " +
                 std::to_string(info->shape[1]) + "]");
            return {};
        }
        return values<Fp32>(*info);
    }

    TraceOp op(const std::string& name) {
        TraceOp op{name, operand(name + keys::a, common_a_), operand(name + keys::b, common_b_)};
        if (error_) return op;
        if (op.a.k != op.b.k)
            fail("tensor " + io::in_quotes(name + keys::b + keys::codes) + ": K: expected " +
                 std::to_string(op.a.k) + " as in A, found " + std::to_string(op.b.k));
        op.c = matrix(name + keys::c, op.m(), op.n());
        op.d = matrix(name + keys::d, op.m(), op.n());
        return op;
    }

    const io::SafetensorsFile& file_;
    bool per_operand_ = false; // version 2: every operand has a format of its own
    OperandFormat common_a_, common_b_;
    std::set<std::string, std::less<>> known_;
    std::optional<Error> error_;
};

} // namespace

Result<Trace> read_trace(const std::filesystem::path& path) {
    FP4_TRY_ASSIGN(auto file, io::SafetensorsFile::open(path));
    return TraceReader(file).read();
}

} // namespace fp4::traces
