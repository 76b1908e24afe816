#include "fp4/io/escape_xml.hpp"

#include <gtest/gtest.h>

namespace fp4::io {
namespace {

TEST(EscapeXml, LeavesNoMarkupAndNoForbiddenCharacter) {
    EXPECT_EQ(escape_xml("a<b>&'c\""), "a&lt;b&gt;&amp;&#39;c&quot;");
    EXPECT_EQ(escape_xml("KL ± 2 SE, Δ"), "KL ± 2 SE, Δ");
    EXPECT_EQ(escape_xml("\x01\n\xFF\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD"),
              "\\x01\\x0A\\xFF\\xEF\\xBF\\xBE\\xEF\\xBF\\xBF\xEF\xBF\xBD");
    EXPECT_EQ(escape_xml(std::string(5000, 'x')).size(), 5000u);
}

} // namespace
} // namespace fp4::io
