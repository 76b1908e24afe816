// Quantized models to the disk.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fp4/checkpoints/quantized_checkpoint.hpp"

namespace fp4::checkpoints {

struct WriteOptions {
    uint64_t max_shard_bytes =
        5'000'000'000;    // of tensors; one that is larger has a shard of its own
    bool replace = false; // an existing checkpoint of this program may be replaced
};

struct WriteReport {
    std::vector<std::string> weight_files;
    uint64_t weight_bytes = 0;
    // Largest distance, in units in the last place, between a tensor or input scale and the inverse
    // of the inverse that was stored for it; 0 where the layout stores the exact number.
    uint32_t scale_round_trip_ulps = 0;
    std::vector<std::string> warnings; // of the check of what was written
};

// Writes the folder in one piece: beside its name first, checked by reading it again, then renamed.
// One linear is in memory at a time. Layout::plain holds dequantized BF16 weights under ordinary
// names: rounded after scaling, so not the packed numbers bit by bit. Errors: those of the source
// and of the file system; bad_argument for linears that the layout cannot hold (another format, an
// unknown encoder in a RaZeR container or inputs there of some linears only); bad_file for a source
// that is not the model of its config.json. What a reader of the output warns of, such as fused
// groups with unequal scales, is in the report. Scales of any magnitude are written and read back.
Result<WriteReport> write_checkpoint(Layout layout, QuantizedModelSource& source,
                                     const std::filesystem::path& folder,
                                     const WriteOptions& options = {});

// A checkpoint of one layout as one of another. Codes and block scales stay as they are; between
// divisor and multiplier the tensor scales become rounded inverses. bad_argument also for linears
// in a scheme that is not read. Scales of a KV cache are left out with a warning.
Result<WriteReport> convert_checkpoint(const std::filesystem::path& from, Layout layout,
                                       const std::filesystem::path& to,
                                       const ReadOptions& read = {},
                                       const WriteOptions& write = {});

} // namespace fp4::checkpoints
