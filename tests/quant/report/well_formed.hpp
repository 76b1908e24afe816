// XML as a reader of its own sees it.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "child_process.hpp"

namespace fp4::quant::test {

inline void expect_well_formed(const std::string& page) {
    const fp4::test::TemporaryFolder folder;
    const std::string file = folder.write("report.html", page);
    const auto result = fp4::test::run_program(
        "/usr/bin/env",
        {"python3", "-c", "import sys, xml.etree.ElementTree as tree; tree.parse(sys.argv[1])",
         file});
    EXPECT_EQ(result.status, 0) << result.err;
}

} // namespace fp4::quant::test
