// A report with numbers of the size that a small model gives.
#pragma once
#include <algorithm>

#include "fp4/quant/report/report_html.hpp"
#include "synthetic_files.hpp"

namespace fp4::quant::test {

inline TrainingLog plausible_training(Uniform& uniform, const std::string& name) {
    TrainingLog log{.name = name, .linears = {}, .alignment = {}};
    for (uint32_t layer = 0; layer < 4; ++layer)
        for (const char* linear : {"q", "k", "v", "o", "gate", "up", "down"}) {
            const double end = 0.4 + 0.3 * uniform();
            LinearLog own{layer,      linear, end,  1.2 * end, 1.1 * end,
                          1.05 * end, 0.01,   1234, 2.5,       {}};
            for (int64_t step = 0; step < 1500; step += 25)
                own.curve.push_back({step, end + std::exp(-static_cast<double>(step) / 200),
                                     1 - static_cast<double>(step) / 1500, 0.1});
            log.linears.push_back(own);
        }
    for (int64_t step = 50; step <= 1000; step += 50) {
        const double done = static_cast<double>(step) / 1000;
        log.alignment.push_back({step, 0.002 + 0.006 * done * done + 0.0005 * uniform(), 0.02,
                                 1 - done, 1 - done * done, static_cast<double>(step)});
    }
    return log;
}

inline Report plausible_report() {
    Report report{.title = "ref-llama"};
    report.table.context = {.domains = {"boost", "postgres"},
                            .windows = 2048,
                            .calib_tokens = 32768,
                            .calib_sha256 = std::string(64, '1'),
                            .model_sha256 = std::string(64, '2'),
                            .tokens_sha256 = std::string(64, '3'),
                            .commit = "0123456789abcdef",
                            .cpu = "x86-64, AVX-512",
                            .blas = "OpenBLAS 0.3.21, openmp",
                            .threads = 2,
                            .command = "fp4quant table --model quant/models/ref-llama"};
    Uniform uniform(5);
    auto& rows = report.table.rows;
    const auto add = [&](RowKey key, double rtn, double closed) {
        for (const char* domain : {"all", "boost", "postgres"}) {
            key.domain = domain;
            const double kl = rtn * (1 - closed), spread = 0.02 + 0.02 * uniform();
            Row row{.key = key,
                    .kl = kl,
                    .kl_2se = kl * spread,
                    .ppl = 7.2 * std::exp(1.05 * kl),
                    .ppl_2se = 7.2 * kl * 0.1,
                    .bits_per_byte = 1.1 + kl,
                    .top1 = 1 - kl};
            if (key.method != "bf16") {
                row.kl_closed = closed;
                row.kl_closed_2se = closed == 0 ? 0 : 0.012;
                row.dnll_vs_rtn = -rtn * closed;
                row.dnll_vs_rtn_2se = 0.0015;
                if (key.acts != "W4A16") row.gap_closed = closed * 1.1, row.gap_closed_2se = 0.08;
            }
            rows.push_back(row);
        }
        for (const std::string domain : {"all"})
            report.weight_bytes.push_back({key.method, key.format, key.acts,
                                           key.method == "bf16"    ? 2.0
                                           : key.acts == "W16A4"   ? 2.0
                                           : key.format == "razer" ? 0.5626
                                                                   : 0.5625});
    };
    add({"bf16", "bf16", "W16A16", "none", "static", "fp32"}, 0, 0);
    const std::vector<std::tuple<const char*, const char*, double>> methods{
        {"rtn", "nvfp4", 0},
        {"4over6", "nvfp4", 0.17},
        {"mse", "nvfp4", 0.09},
        {"gptq", "nvfp4", 0.41},
        {"mr-gptq", "nvfp4", 0.3},
        {"awq", "nvfp4", 0.05},
        {"smoothquant", "nvfp4", -0.04},
        {"razer", "razer", 0.33},
        {"razer-gptq", "razer", 0.5},
        {"faar-2fa", "nvfp4", 0.62},
        {"faar-2fa", "razer", 0.7}};
    for (const auto& [method, format, closed] : methods) {
        add({method, format, "W4A16", "none", "static", "fake"}, 0.031, closed);
        add({method, format, "W4A4", format == std::string("razer") ? "razer-a" : "nvfp4", "static",
             "fake"},
            0.071, closed * 0.8);
    }
    add({"rtn", "nvfp4", "W4A4", "nvfp4", "static", "nv-blackwell"}, 0.071, 0.0001);
    add({"rtn", "nvfp4", "W4A4", "nvfp4", "call", "fake"}, 0.071, 0.02);
    add({"faar-2fa", "nvfp4", "W4A4", "nvfp4", "static", "fake", "", 2}, 0.071, 0.49);
    add({"rtn", "nvfp4", "W16A4", "nvfp4", "static", "fake"}, 0.041, 0);
    add({"razer", "razer", "W16A4", "razer-a", "static", "fake"}, 0.041, 0.28);
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return row_before(a.key, b.key); });

    for (const auto& [method, format, closed] : methods)
        if (closed == 0 || closed > 0.25)
            for (uint32_t layer = 0; layer < 4; ++layer)
                for (const char* op : {"q", "k", "v", "o", "gate", "up", "down"})
                    report.layer_errors.push_back(
                        {method, format, layer, op,
                         0.0085 * (1 - 0.4 * closed) * (0.95 + 0.1 * uniform()),
                         0.009 * (1 - closed) * (0.6 + 0.8 * uniform())});
    for (uint32_t layer = 0; layer < 4; ++layer)
        for (const char* group : {"qkv", "o", "gate_up", "down"}) {
            ChannelMaxima input{
                .layer = layer, .group = group, .kurtosis = 4.0 + layer, .max_over_median = 0};
            for (int c = 0; c < (group == std::string("down") ? 768 : 256); ++c)
                input.max_abs.push_back(
                    static_cast<float>((2 + layer) * std::exp(0.5 * uniform.normal())));
            auto sorted = input.max_abs;
            std::sort(sorted.begin(), sorted.end());
            input.max_over_median = sorted.back() / sorted[sorted.size() / 2];
            report.channel_maxima.push_back(input);
        }
    for (const char* name : {"faar-2fa-nvfp4-W4A16-seed1", "faar-2fa-razer-W4A4-seed1"})
        report.training.push_back(plausible_training(uniform, name));
    return report;
}

} // namespace fp4::quant::test
