// YAML maps: every key known, present and of its type; errors name file, line and key.
#include "fp4/io/strict_yaml.hpp"

#include <gtest/gtest.h>

#include <array>

#include "test_files.hpp"

namespace fp4::io {
namespace {

class Yaml : public testing::Test {
  protected:
    // The error of reading {number, name, inner: {x}} from this text, or "".
    std::string read(const std::string& text) {
        const auto path = folder_.write("f.yaml", text);
        auto yaml = StrictYaml::open(path);
        if (!yaml) return yaml.error().message;
        number_ = yaml->integer("number", 1, 9, 5);
        name_ = yaml->text("name");
        ratio_ = yaml->positive("ratio", 0.5);
        side_ = yaml->one_of("side", std::array<std::string_view, 2>{"left", "right"}, 1);
        yaml->map("inner", [&](StrictYaml& inner) { x_ = inner.integer("x", 0, 100); });
        const auto status = yaml->finish();
        return status ? "" : status.error().message;
    }
    void expect_error(const std::string& text, const std::string& message) {
        EXPECT_NE(read(text).find("f.yaml" + message), std::string::npos) << read(text);
    }

    test::TempDir folder_;
    uint64_t number_ = 0, x_ = 0;
    size_t side_ = 0;
    double ratio_ = 0;
    std::string name_;
};

TEST_F(Yaml, ReadsItsKeysInAnyOrder) {
    EXPECT_EQ(read("inner: {x: 42}\nname: n\nnumber: 9\nratio: 2.5\nside: left\n"), "");
    EXPECT_EQ(number_, 9u);
    EXPECT_EQ(name_, "n");
    EXPECT_EQ(ratio_, 2.5);
    EXPECT_EQ(x_, 42u);
    EXPECT_EQ(side_, 0u);
}

TEST_F(Yaml, MissingKeysTakeTheirDefaultsOrAreErrors) {
    EXPECT_EQ(read("inner: {x: 1}\nname: n\n"), "");
    EXPECT_EQ(number_, 5u);
    EXPECT_EQ(ratio_, 0.5);
    EXPECT_EQ(side_, 1u);
    expect_error("inner: {x: 1}\n", ":1: key name: expected in this file, found nothing");
    expect_error("name: n\n", ":1: key inner: expected");
    expect_error("name: n\ninner: {}\n", ":2: key inner.x: expected");
}

TEST_F(Yaml, UnknownKeysAreErrorsAtEveryLevel) {
    expect_error("name: n\ninner: {x: 1}\ncolor: red\n",
                 ":3: key color: unknown, expected one of number, name, ratio, side, inner");
    expect_error("name: n\ninner:\n  x: 1\n  y: 2\n",
                 ":4: key inner.y: unknown, expected one of x");
    expect_error("name: n\n[1, 2]: 3\ninner: {x: 1}\n", ":2: key : unknown");
}

TEST_F(Yaml, TypesAndRanges) {
    for (const char* bad :
         {"0", "10", "-1", "1.0", "1e0", "0x5", "five", "''", "99999999999999999999999"})
        expect_error("name: n\ninner: {x: 1}\nnumber: " + std::string(bad) + "\n",
                     ":3: key number: expected an integer from 1 to 9");
    for (const char* bad : {"0", "-2", "nan", "inf", ".inf", "wide", "1e999"})
        expect_error("name: n\ninner: {x: 1}\nratio: " + std::string(bad) + "\n",
                     ":3: key ratio: expected a positive number");
    for (const char* bad : {"up", "''", "[left]"})
        expect_error("name: n\ninner: {x: 1}\nside: " + std::string(bad) + "\n",
                     ":3: key side: expected one of left, right, found ");
    expect_error("name: [a]\ninner: {x: 1}\n", ":1: key name: expected a text");
    expect_error("name: n\ninner: 3\n", ":2: key inner: expected a map");
}

TEST_F(Yaml, WhatIsNoYamlMap) {
    expect_error("", ": expected a YAML map");
    expect_error("- a\n- b\n", ": expected a YAML map");
    expect_error("a: [1\nb: 2\n", "");
    expect_error(std::string(5000, '['), ": expected a flat YAML map");
    expect_error(std::string((1 << 20) + 1, 'a'), ": expected at most");
    EXPECT_FALSE(StrictYaml::open(folder_ / "absent.yaml"));
    EXPECT_FALSE(StrictYaml::open(folder_.path()));
}

} // namespace
} // namespace fp4::io
