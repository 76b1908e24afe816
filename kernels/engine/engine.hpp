// The kernels as functions of matrices in host memory, whatever they run on.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bodies/types.hpp"
#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/encode/encoder.hpp"
#include "fp4/formats/packed_tensor.hpp"

namespace fp4::kernels {

// A row-major matrix; elements lie as the machine holds them.
struct DenseMatrix {
    Dense type = Dense::f32;
    int64_t rows = 0, columns = 0;
    std::vector<uint8_t> bytes;

    uint32_t word(int64_t index) const; // bits of an element
};

struct EncodeRequest {
    Format format = Format::nvfp4;
    std::optional<Encoder>
        encoder{}; // nv, razer-paper, ocp, ocp-ceil, ocp-even; none: the format's
    Specials specials{};
    int e3m3_max = 28;                   // razer-w: 28 or 30
    std::optional<float> tensor_scale{}; // none: from the largest magnitude
};

// Every output buffer is full of 0xFF before the kernel runs. Errors of all: a packed tensor whose
// shape does not hold; a format that the kernels do not read (has_kernels, arithmetic/operand.hpp);
// device_failed, for what a GPU says.
class Engine {
  public:
    virtual ~Engine() = default;

    // What the kernels run on, and of a GPU the name and the driver.
    virtual std::string description() const = 0;

    // golden's model of its tensor cores for binary16 into binary32, a name among dot_profiles;
    // empty: there is none.
    virtual std::string_view tensor_core_model() const = 0;

    // gemm_native can run.
    virtual bool has_native() const = 0;

    // Values times their outer scale, rounded.
    virtual Result<DenseMatrix> decode(const PackedTensor& tensor, Dense type) = 0;

    // Errors: a NaN or an infinity, K not a multiple of the block, bytes that do not fit the shape,
    // a format or an encoder that these kernels do not have, special values beyond 1 to 31, another
    // e3m3_max, a tensor scale that is not positive and normal.
    virtual Result<PackedTensor> encode(const DenseMatrix& x, const EncodeRequest& request) = 0;

    // The accumulators of A * B^T + C, binary32; an empty c is +0. Errors: K that differs, a c that
    // is not M * N, `exact` with mxfp4 or beyond exact_k_limit, blocks that differ.
    virtual Result<DenseMatrix> gemm(const PackedTensor& a, const PackedTensor& b,
                                     std::span<const Fp32> c, const Arithmetic& arithmetic) = 0;

    // The same times the outer scales of both, in the type asked for.
    virtual Result<DenseMatrix> gemm_scaled(const PackedTensor& a, const PackedTensor& b,
                                            std::span<const Fp32> c, const Arithmetic& arithmetic,
                                            Dense type) = 0;

    // Both tensor scales times A * B^T on Blackwell's own instruction, one step for each pair of
    // parts of the operands (bodies/native_gemm.hpp). Errors: a GPU without it, K that differs,
    // mxfp4, a special value that is no sum of two E2M1 values, rows with scales of their own.
    virtual Result<DenseMatrix> gemm_native(const PackedTensor& a, const PackedTensor& b) = 0;

    // X * W^T, binary32, of binary16 x. Errors: mxfp4, rows with scales of their own, shapes that
    // disagree, x of another type.
    virtual Result<DenseMatrix> w4a16(const DenseMatrix& x, const PackedTensor& w) = 0;
};

} // namespace fp4::kernels
