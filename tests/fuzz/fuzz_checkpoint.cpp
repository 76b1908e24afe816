// libFuzzer: any bytes as a model folder. Two length bytes, config.json, then a safetensors file
// under all names that layouts use. Whatever opens is checked, and read linear by linear;
// config.json goes through the decoder's reader too.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fp4/checkpoints/quantized_checkpoint.hpp"
#include "fp4/quant/model/decoder_config.hpp"

namespace {

void expect_one_line(const fp4::Error& error) {
    if (error.message.empty()) std::abort();
    for (const char c : error.message)
        if (static_cast<unsigned char>(c) < ' ') std::abort();
}

const std::filesystem::path& folder() {
    static const std::filesystem::path path = [] {
        std::string name = (std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp") +
                           std::string("/fuzz-XXXXXX");
        if (!mkdtemp(name.data())) std::abort();
        static std::string kept = name;
        std::atexit([] { std::filesystem::remove_all(kept); });
        return std::filesystem::path(name);
    }();
    return path;
}

void write(const char* name, std::string_view bytes) {
    std::ofstream(folder() / name, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void read_folder() {
    using namespace fp4::checkpoints;
    auto checkpoint = QuantizedCheckpoint::open(folder());
    if (!checkpoint) return expect_one_line(checkpoint.error());
    if (const auto checked = checkpoint->check(); !checked) expect_one_line(checked.error());
    for (size_t i = 0; i < checkpoint->linears().size(); ++i) {
        const auto linear = checkpoint->linear(i);
        if (!linear)
            expect_one_line(linear.error());
        else if (!fp4::check_shape(linear->weight, linear->name))
            std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2) return 0;
    const std::string_view all(reinterpret_cast<const char*>(data) + 2, size - 2);
    const size_t length = std::min<size_t>(all.size(), data[0] + 256u * data[1]);
    const auto config = all.substr(0, length);
    if (const auto parsed = fp4::quant::parse_decoder_config(config, "config.json"); !parsed)
        expect_one_line(parsed.error());
    write("config.json", config);
    if (config.find("fp4sim-razer") == config.npos) {
        write("model.safetensors", all.substr(length));
        read_folder();
        ::unlink((folder() / "model.safetensors").c_str());
    } else {
        write("razer-00001-of-00001.safetensors", all.substr(length));
        read_folder();
        ::unlink((folder() / "razer-00001-of-00001.safetensors").c_str());
    }
    return 0;
}
