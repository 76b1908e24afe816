// An Engine over any machine that has buffers and runs kernel bodies.
#pragma once
#include <cstring>

#include "bodies/amax.hpp"
#include "bodies/decode.hpp"
#include "bodies/encode.hpp"
#include "bodies/gemm_profiles.hpp"
#include "bodies/native_gemm.hpp"
#include "bodies/w4a16.hpp"
#include "engine.hpp"
#include "fused_rule.hpp"
#include "fp4/try.hpp"

namespace fp4::kernels {

// Machine: `Buffer upload(const void*, size_t)`, `Buffer poisoned(size_t)`, `Status run(const
// Kernel&, int64_t x, int64_t y)`, `Status download(const Buffer&, void*, size_t)`, `std::string
// description()`, `std::string_view tensor_core_model()`, `bool has_native()`. Buffer::data() is
// the address that kernels use. What fails in upload or poisoned is told by the next run or
// download.
template <class Machine>
class MachineEngine : public Engine {
  public:
    explicit MachineEngine(Machine machine) : machine_(std::move(machine)) {}

    std::string description() const override { return machine_.description(); }
    std::string_view tensor_core_model() const override { return machine_.tensor_core_model(); }
    bool has_native() const override { return machine_.has_native(); }

    Result<DenseMatrix> decode(const PackedTensor& tensor, Dense type) override {
        FP4_TRY(check_packed(tensor, "tensor"));
        const Packed in(machine_, tensor);
        auto out = dense(type, tensor.rows, tensor.k);
        auto buffer = machine_.poisoned(out.bytes.size());
        Status status = Done{};
        if (type == Dense::f32)
            status = run(Decode<Dense::f32>{in.operand, buffer.data(), in.outer});
        if (type == Dense::bf16)
            status = run(Decode<Dense::bf16>{in.operand, buffer.data(), in.outer});
        if (type == Dense::f16)
            status = run(Decode<Dense::f16>{in.operand, buffer.data(), in.outer});
        return finish(status, buffer, std::move(out));
    }

    Result<PackedTensor> encode(const DenseMatrix& x, const EncodeRequest& request) override {
        FP4_TRY(check_request(x, request));
        switch (x.type) {
        case Dense::bf16: return encode_from<Dense::bf16>(x, request);
        case Dense::f16: return encode_from<Dense::f16>(x, request);
        default: return encode_from<Dense::f32>(x, request);
        }
    }

    Result<DenseMatrix> gemm(const PackedTensor& a, const PackedTensor& b, std::span<const Fp32> c,
                             const Arithmetic& arithmetic) override {
        return multiply(a, b, c, arithmetic, Dense::f32, false);
    }

    Result<DenseMatrix> gemm_scaled(const PackedTensor& a, const PackedTensor& b,
                                    std::span<const Fp32> c, const Arithmetic& arithmetic,
                                    Dense type) override {
        return multiply(a, b, c, arithmetic, type, true);
    }

    Result<DenseMatrix> gemm_native(const PackedTensor& a, const PackedTensor& b) override {
        if (!machine_.has_native())
            return Error{ErrorCode::device_failed,
                         description() + ": expected a GPU with mma.sync kind::mxf4nvf4"};
        FP4_TRY(check_pair(a, b));
        FP4_TRY(check_one_scale(a, "a"));
        FP4_TRY(check_one_scale(b, "b"));
        NativeGemmArguments arguments{};
        for (const auto& [tensor, name, parts] :
             {std::tuple{&a, "a", &arguments.a_parts}, {&b, "b", &arguments.b_parts}}) {
            const FormatSpec& spec = spec_of(tensor->format);
            if (spec.block != 16)
                return Error{ErrorCode::bad_argument,
                             std::string(name) + ": expected a format with blocks of 16, found " +
                                 std::string(spec.name)};
            if (!spec.has_specials()) continue;
            const bool split =
                split_special(tensor->specials.v1_halves, parts->first[0], parts->second[0]) &&
                (!spec.has_second_special() ||
                 split_special(tensor->specials.v2_halves, parts->first[1], parts->second[1]));
            if (!split)
                return Error{ErrorCode::bad_argument,
                             std::string(name) +
                                 ": expected special values that are sums of two E2M1 values"};
        }
        const Packed left(machine_, a), right(machine_, b);
        arguments.a = left.operand;
        arguments.b = right.operand;
        arguments.scale = multiply_rn(a.tensor_scale.to_float(), b.tensor_scale.to_float());
        for (const Operand& operand : {arguments.a, arguments.b})
            arguments.scale = multiply_rn(arguments.scale, ue4m3_units(operand.scale));
        auto out = dense(Dense::f32, a.rows, b.rows);
        auto buffer = machine_.poisoned(out.bytes.size());
        arguments.d = static_cast<float*>(buffer.data());
        return finish(run(NativeGemm{arguments}), buffer, std::move(out));
    }

    Result<DenseMatrix> w4a16(const DenseMatrix& x, const PackedTensor& w) override {
        FP4_TRY(check_packed(w, "w"));
        FP4_TRY(check_one_scale(w, "w"));
        if (spec_of(w.format).block != 16)
            return Error{ErrorCode::bad_argument, "w: expected a format with blocks of 16, found " +
                                                      std::string(spec_of(w.format).name)};
        if (x.type != Dense::f16 || x.columns != static_cast<int64_t>(w.k))
            return Error{ErrorCode::bad_shape, "x: expected binary16 rows of " +
                                                   std::to_string(w.k) + ", found rows of " +
                                                   std::to_string(x.columns)};
        const Packed in(machine_, w);
        auto panels =
            machine_.poisoned(static_cast<size_t>(panels_size(in.operand.rows, in.operand.k)));
        FP4_TRY(run(PackPanels{in.operand, static_cast<uint8_t*>(panels.data())}));
        const auto tokens = machine_.upload(x.bytes.data(), x.bytes.size());
        auto out = dense(Dense::f32, static_cast<uint64_t>(x.rows), w.rows);
        auto buffer = machine_.poisoned(out.bytes.size());
        const auto arguments = w4a16_arguments(
            static_cast<const uint8_t*>(panels.data()), in.operand,
            static_cast<const uint16_t*>(tokens.data()), static_cast<int32_t>(x.rows),
            w.tensor_scale.to_float(), static_cast<float*>(buffer.data()));
        const Status status = x.rows <= 8    ? run(W4A16<1>{arguments})
                              : x.rows <= 16 ? run(W4A16<2>{arguments})
                              : x.rows <= 32 ? run(W4A16<4>{arguments})
                                             : run(W4A16<8>{arguments});
        return finish(status, buffer, std::move(out));
    }

  private:
    using Buffer = typename Machine::Buffer;

    struct Packed {
        Buffer codes, scales, row_scales;
        Operand operand;
        OuterScale outer;

        Packed(Machine& machine, const PackedTensor& tensor)
            : codes(machine.upload(tensor.codes.data(), tensor.codes.size())),
              scales(machine.upload(tensor.scales.data(), tensor.scales.size())),
              row_scales(machine.upload(tensor.row_scales.data(),
                                        tensor.row_scales.size() * sizeof(Fp32))),
              operand(operand_of(
                  tensor.format, tensor.specials, static_cast<const uint8_t*>(codes.data()),
                  static_cast<const uint8_t*>(scales.data()), static_cast<int64_t>(tensor.rows),
                  static_cast<int64_t>(tensor.k))),
              outer{tensor.tensor_scale.to_float(),
                    tensor.row_scales.empty() ? nullptr
                                              : static_cast<const float*>(row_scales.data())} {}
    };

    static DenseMatrix dense(Dense type, uint64_t rows, uint64_t columns) {
        return {type, static_cast<int64_t>(rows), static_cast<int64_t>(columns),
                std::vector<uint8_t>(rows * columns * static_cast<uint64_t>(bytes_of(type)))};
    }

    template <class Kernel>
    Status run(const Kernel& kernel) {
        if constexpr (requires { kernel.blocks_x(); })
            return machine_.run(kernel, kernel.blocks_x(), kernel.blocks_y());
        else
            return machine_.run(kernel, kernel.blocks(), 1);
    }

    Result<DenseMatrix> finish(const Status& status, const Buffer& buffer, DenseMatrix out) {
        if (!status) return status.error();
        FP4_TRY(machine_.download(buffer, out.bytes.data(), out.bytes.size()));
        return out;
    }

    static Status check_packed(const PackedTensor& tensor, std::string_view name) {
        FP4_TRY(check_shape(tensor, name));
        return check_format(tensor.format, name);
    }

    static Status check_one_scale(const PackedTensor& tensor, std::string_view name) {
        if (tensor.row_scales.empty()) return Done{};
        return Error{ErrorCode::bad_argument,
                     std::string(name) + ": expected one tensor scale, found one for each of " +
                         std::to_string(tensor.row_scales.size()) + " rows"};
    }

    static Status check_format(Format format, std::string_view name) {
        if (has_kernels(spec_of(format))) return Done{};
        return Error{ErrorCode::bad_argument,
                     std::string(name) + ": expected a format that the kernels read, found " +
                         std::string(spec_of(format).name)};
    }

    static Status check_pair(const PackedTensor& a, const PackedTensor& b) {
        FP4_TRY(check_packed(a, "a"));
        FP4_TRY(check_packed(b, "b"));
        if (a.k != b.k)
            return Error{ErrorCode::bad_shape, "K: expected that of a, " + std::to_string(a.k) +
                                                   ", found " + std::to_string(b.k) + " in b"};
        return Done{};
    }

    static Status check_request(const DenseMatrix& x, const EncodeRequest& request) {
        const FormatSpec& spec = spec_of(request.format);
        FP4_TRY(check_format(request.format, "format"));
        const auto bad = [](const std::string& what) {
            return Error{ErrorCode::bad_argument, what};
        };
        if (x.columns % spec.block)
            return Error{ErrorCode::bad_shape, "K: expected a multiple of " +
                                                   std::to_string(spec.block) + ", found " +
                                                   std::to_string(x.columns)};
        if (x.rows < 0 || x.columns < 0 ||
            x.bytes.size() != static_cast<size_t>(x.rows) * static_cast<size_t>(x.columns) *
                                  static_cast<size_t>(bytes_of(x.type)))
            return Error{ErrorCode::bad_shape,
                         "x: expected as many bytes as its shape says, found " +
                             std::to_string(x.bytes.size())};
        constexpr std::array encoders{Encoder::nv, Encoder::razer_paper, Encoder::ocp,
                                      Encoder::ocp_ceil, Encoder::ocp_even};
        if (request.encoder && (!spec_of(*request.encoder).makes(request.format) ||
                                std::ranges::find(encoders, *request.encoder) == encoders.end()))
            return bad("encoder: expected one of these kernels that makes " +
                       std::string(spec.name) + ", found " +
                       std::string(spec_of(*request.encoder).name));
        const auto special = [](uint8_t halves) {
            return halves >= 1 && halves <= special_max_halves;
        };
        if (spec.has_specials() &&
            (!special(request.specials.v1_halves) ||
             (spec.has_second_special() && !special(request.specials.v2_halves))))
            return bad("specials: expected 1 to " + std::to_string(special_max_halves) +
                       " half-units");
        if (spec.has_e3m3_max() && request.e3m3_max != 28 && request.e3m3_max != 30)
            return bad("e3m3_max: expected 28 or 30, found " + std::to_string(request.e3m3_max));
        if (request.tensor_scale &&
            !(*request.tensor_scale >= 0x1p-126f && *request.tensor_scale <= 0x1.fffffep127f))
            return bad("tensor_scale: expected a positive normal number");
        return Done{};
    }

    template <Dense source>
    Result<PackedTensor> encode_from(const DenseMatrix& x, const EncodeRequest& request) {
        const auto in = machine_.upload(x.bytes.data(), x.bytes.size());
        const int64_t count = x.rows * x.columns;
        const uint32_t zero = 0;
        auto amax_buffer = machine_.upload(&zero, sizeof zero);
        FP4_TRY(run(Amax<source>{in.data(), count, static_cast<uint32_t*>(amax_buffer.data()),
                                 std::min<int64_t>((count + 255) / 256, 1024)}));
        uint32_t amax = 0;
        FP4_TRY(machine_.download(amax_buffer, &amax, sizeof amax));
        if (amax >= 0x7F800000)
            return Error{ErrorCode::not_finite,
                         "x: expected finite values, found a NaN or an infinity"};

        const FormatSpec& spec = spec_of(request.format);
        const float scale =
            request.tensor_scale ? *request.tensor_scale : tensor_scale(request, float_of(amax));
        PackedTensor out{request.format,
                         request.specials,
                         static_cast<uint64_t>(x.rows),
                         static_cast<uint64_t>(x.columns),
                         {},
                         {},
                         Fp32::from_float(scale)};
        out.codes.resize(static_cast<size_t>(count / 2));
        out.scales.resize(static_cast<size_t>(count / spec.block));
        auto codes = machine_.poisoned(out.codes.size()),
             scales = machine_.poisoned(out.scales.size());
        const auto by = [&](auto rule) {
            return run(Encode<decltype(rule), source>{in.data(), count, scale, rule,
                                                      static_cast<uint8_t*>(codes.data()),
                                                      static_cast<uint8_t*>(scales.data())});
        };
        Status status = Done{};
        if (spec.encode_max < 0)
            return Error{ErrorCode::bad_argument,
                         "format: expected one that is encoded, found " + std::string(spec.name)};
        if (spec.exponent_only_scales())
            status = by(EncodeOcp{spec_of(request.encoder.value_or(Encoder::ocp)).raised_from});
        else if (spec.has_second_special())
            status = by(EncodeRazerW{request.specials.v1_halves, request.specials.v2_halves,
                                     request.e3m3_max == 30 ? 0x3Fu : 0x3Eu});
        else if (spec.has_specials())
            status = by(EncodeRazerA{request.specials.v1_halves});
        else
            status = by(EncodeNv{});
        if (!status) return status.error();
        FP4_TRY(machine_.download(codes, out.codes.data(), out.codes.size()));
        FP4_TRY(machine_.download(scales, out.scales.data(), out.scales.size()));
        return out;
    }

    static float tensor_scale(const EncodeRequest& request, float amax) {
        const FormatSpec& spec = spec_of(request.format);
        if (spec.exponent_only_scales() || amax == 0) return 1.0f;
        const float scale = divide_rn(
            amax, spec.has_e3m3_max() ? 6.0f * static_cast<float>(request.e3m3_max) : 2688.0f);
        return scale < 0x1p-126f ? 0x1p-126f : scale;
    }

    Result<DenseMatrix> multiply(const PackedTensor& a, const PackedTensor& b,
                                 std::span<const Fp32> c, const Arithmetic& arithmetic,
                                 Dense output, bool scaled) {
        FP4_TRY(check_pair(a, b));
        if (!c.empty() && c.size() != a.rows * b.rows)
            return Error{ErrorCode::bad_shape, "c: expected " + std::to_string(a.rows * b.rows) +
                                                   " elements, found " + std::to_string(c.size())};
        if (arithmetic.accumulation == Accumulation::fused_steps && !has_fused_rule(arithmetic))
            return Error{ErrorCode::bad_argument,
                         "profile: expected steps of four single terms, at most 35 bits kept, cut "
                         "toward zero, zero scales or zero products left out, found '" +
                             std::string(arithmetic.name) + "' with " +
                             std::to_string(arithmetic.steps.terms) + " terms and " +
                             std::to_string(arithmetic.steps.fraction_bits) + " bits"};
        const Packed left(machine_, a), right(machine_, b);
        auto arguments = gemm_arguments(left.operand, right.operand, fused_rule_of(arithmetic));
        arguments.output = output;
        arguments.scaled = scaled;
        arguments.a_scale = left.outer;
        arguments.b_scale = right.outer;
        const bool wide = spec_of(a.format).exponent_only_scales();
        if (wide != spec_of(b.format).exponent_only_scales())
            return Error{ErrorCode::bad_argument, "b: expected blocks as long as those of a"};
        if (arithmetic.accumulation == Accumulation::exact &&
            arguments.a.k > exact_k_limit(arguments.a, arguments.b))
            return Error{ErrorCode::bound_exceeded,
                         "K: expected at most " +
                             std::to_string(exact_k_limit(arguments.a, arguments.b)) + ", found " +
                             std::to_string(a.k)};
        const auto addend = machine_.upload(c.data(), c.size_bytes());
        arguments.c = c.empty() ? nullptr : static_cast<const uint32_t*>(addend.data());
        auto out = dense(arguments.output, a.rows, b.rows);
        auto buffer = machine_.poisoned(out.bytes.size());
        arguments.d = buffer.data();
        Status status = Done{};
        switch (arithmetic.accumulation) {
        case Accumulation::exact: status = run(ExactGemm{arguments}); break;
        case Accumulation::sequential:
            status = wide ? run(WideSequentialGemm{arguments}) : run(SequentialGemm{arguments});
            break;
        case Accumulation::fused_steps: status = run(FusedGemm{arguments}); break;
        }
        return finish(status, buffer, std::move(out));
    }

    Machine machine_;
};

} // namespace fp4::kernels
