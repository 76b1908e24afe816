// A Llama, Mistral, Qwen2 or Qwen3 decoder in loops over doubles, written from the formulas alone:
// one sequence, matrices row by row.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <optional>
#include <vector>

namespace fp4::plain {

using Vector = std::vector<double>;

struct Matrix {
    size_t rows, columns;
    Vector values;

    Matrix(size_t r, size_t c) : rows(r), columns(c), values(r * c) {}
    double& operator()(size_t row, size_t column) { return values[row * columns + column]; }
    double operator()(size_t row, size_t column) const { return values[row * columns + column]; }
    Vector row(size_t r) const {
        return {values.begin() + static_cast<std::ptrdiff_t>(r * columns),
                values.begin() + static_cast<std::ptrdiff_t>((r + 1) * columns)};
    }
    void set_row(size_t r, const Vector& from) {
        std::copy(from.begin(), from.end(),
                  values.begin() + static_cast<std::ptrdiff_t>(r * columns));
    }
};

struct Llama3Scaling {
    double factor, low_freq_factor, high_freq_factor, original_context;
};

struct Config {
    size_t heads, kv_heads, head_dim;
    double eps, theta;
    std::optional<Llama3Scaling> scaling;
};

struct Layer {
    Vector input_norm, post_attention_norm, q_norm,
        k_norm;                        // q_norm and k_norm: empty without QK-norm
    Matrix q, k, v, o, gate, up, down; // [out, in]
    Vector q_bias, k_bias, v_bias, o_bias, gate_bias, up_bias, down_bias; // empty: none
};

struct Model {
    Config config;
    Matrix embedding, head; // [vocab, hidden]
    Vector norm;
    std::vector<Layer> layers;
};

inline Vector rms_norm(const Vector& x, const Vector& weight, double eps) {
    double sum_of_squares = 0;
    for (const double value : x) sum_of_squares += value * value;
    const double rms = std::sqrt(sum_of_squares / static_cast<double>(x.size()) + eps);
    Vector out;
    for (size_t i = 0; i < x.size(); ++i) out.push_back(x[i] / rms * weight[i]);
    return out;
}

// x W^T + b, row by row.
inline Matrix linear(const Matrix& x, const Matrix& weight, const Vector& bias = {}) {
    Matrix out(x.rows, weight.rows);
    for (size_t r = 0; r < x.rows; ++r)
        for (size_t n = 0; n < weight.rows; ++n) {
            for (size_t i = 0; i < x.columns; ++i) out(r, n) += x(r, i) * weight(n, i);
            if (!bias.empty()) out(r, n) += bias[n];
        }
    return out;
}

// Radians per position of pair i: theta^(-2i/d). Llama 3.1 on: wavelengths above context /
// low_freq_factor grow by `factor`, those below context / high_freq_factor stay, those between are
// blended by how often they fit into the context.
inline double frequency(const Config& config, size_t pair) {
    const double base = 1.0 / std::pow(config.theta, static_cast<double>(2 * pair) /
                                                         static_cast<double>(config.head_dim));
    if (!config.scaling) return base;
    const auto& [factor, low, high, context] = *config.scaling;
    const double wavelength = 2 * std::numbers::pi / base;
    if (wavelength > context / low) return base / factor;
    if (wavelength < context / high) return base;
    const double smooth = (context / wavelength - low) / (high - low);
    return (1 - smooth) * (base / factor) + smooth * base;
}

// One head at one position: (x_i, x_{i + d/2}) is turned by the angle of pair i.
inline Vector rotated(const Vector& head, const Config& config, size_t position) {
    const size_t half = config.head_dim / 2;
    Vector out(head.size());
    for (size_t i = 0; i < half; ++i) {
        const double angle = static_cast<double>(position) * frequency(config, i);
        out[i] = head[i] * std::cos(angle) - head[i + half] * std::sin(angle);
        out[i + half] = head[i + half] * std::cos(angle) + head[i] * std::sin(angle);
    }
    return out;
}

inline Vector head_of(const Matrix& x, size_t position, size_t head, size_t head_dim) {
    Vector out;
    for (size_t i = 0; i < head_dim; ++i) out.push_back(x(position, head * head_dim + i));
    return out;
}

// q: [positions, heads * head_dim]; k, v: [positions, kv_heads * head_dim].
inline Matrix attention(const Matrix& q, const Matrix& k, const Matrix& v, size_t heads,
                        size_t kv_heads) {
    const size_t head_dim = q.columns / heads, heads_per_kv = heads / kv_heads;
    Matrix out(q.rows, q.columns);
    for (size_t h = 0; h < heads; ++h)
        for (size_t position = 0; position < q.rows; ++position) {
            const size_t kv = h / heads_per_kv;
            Vector weights;
            double total = 0;
            for (size_t seen = 0; seen <= position; ++seen) {
                double score = 0;
                for (size_t i = 0; i < head_dim; ++i)
                    score += q(position, h * head_dim + i) * k(seen, kv * head_dim + i);
                weights.push_back(std::exp(score / std::sqrt(static_cast<double>(head_dim))));
                total += weights.back();
            }
            for (size_t seen = 0; seen <= position; ++seen)
                for (size_t i = 0; i < head_dim; ++i)
                    out(position, h * head_dim + i) +=
                        weights[seen] / total * v(seen, kv * head_dim + i);
        }
    return out;
}

inline double silu(double x) { return x / (1 + std::exp(-x)); }

inline Matrix normed_rows(const Matrix& x, const Vector& weight, double eps) {
    Matrix out(x.rows, x.columns);
    for (size_t r = 0; r < x.rows; ++r) out.set_row(r, rms_norm(x.row(r), weight, eps));
    return out;
}

// Each head normalized, where there is a norm, then turned by its position.
inline Matrix positioned(const Matrix& x, const Vector& norm, const Config& config) {
    Matrix out(x.rows, x.columns);
    for (size_t position = 0; position < x.rows; ++position)
        for (size_t h = 0; h < x.columns / config.head_dim; ++h) {
            Vector head = head_of(x, position, h, config.head_dim);
            if (!norm.empty()) head = rms_norm(head, norm, config.eps);
            head = rotated(head, config, position);
            for (size_t i = 0; i < config.head_dim; ++i)
                out(position, h * config.head_dim + i) = head[i];
        }
    return out;
}

inline Matrix sum(const Matrix& a, const Matrix& b) {
    Matrix out = a;
    for (size_t i = 0; i < b.values.size(); ++i) out.values[i] += b.values[i];
    return out;
}

inline Matrix layer_output(const Matrix& x, const Layer& layer, const Config& config) {
    const Matrix input = normed_rows(x, layer.input_norm, config.eps);
    const Matrix q = positioned(linear(input, layer.q, layer.q_bias), layer.q_norm, config),
                 k = positioned(linear(input, layer.k, layer.k_bias), layer.k_norm, config),
                 v = linear(input, layer.v, layer.v_bias);
    const Matrix attended =
        sum(x, linear(attention(q, k, v, config.heads, config.kv_heads), layer.o, layer.o_bias));
    const Matrix fed = normed_rows(attended, layer.post_attention_norm, config.eps);
    Matrix product = linear(fed, layer.gate, layer.gate_bias);
    const Matrix up = linear(fed, layer.up, layer.up_bias);
    for (size_t i = 0; i < product.values.size(); ++i)
        product.values[i] = silu(product.values[i]) * up.values[i];
    return sum(attended, linear(product, layer.down, layer.down_bias));
}

// Logits of one sequence, [positions, vocab].
inline Matrix logits(const Model& model, const std::vector<size_t>& tokens) {
    Matrix x(tokens.size(), model.embedding.columns);
    for (size_t position = 0; position < tokens.size(); ++position)
        x.set_row(position, model.embedding.row(tokens[position]));
    for (const Layer& layer : model.layers) x = layer_output(x, layer, model.config);
    return linear(normed_rows(x, model.norm, model.config.eps), model.head);
}

} // namespace fp4::plain
