#include "fp4/quant/report/table_json.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

namespace fp4::quant {
namespace {

RowKey key_of(std::string method, std::string acts, std::string domain = all_domains,
              uint64_t seed = 0) {
    return {.method = std::move(method),
            .format = "nvfp4",
            .acts = std::move(acts),
            .act_format = "nvfp4",
            .act_scale = "static",
            .arith = "fake",
            .domain = std::move(domain),
            .seed = seed};
}

Table small_table() {
    Table table;
    table.context = {.domains = {"boost", "postgres"},
                     .windows = 2048,
                     .calib_tokens = 32768,
                     .calib_sha256 = "c0",
                     .model_sha256 = "c1",
                     .tokens_sha256 = "c2",
                     .commit = "abc",
                     .cpu = "a \"CPU\"",
                     .blas = "openblas",
                     .threads = 2,
                     .command = "fp4quant table"};
    table.rows = {{.key = key_of("rtn", "W4A4"),
                   .kl = 0.1,
                   .kl_2se = 1e-3,
                   .kl_closed = 0.0,
                   .kl_closed_2se = 0.0,
                   .ppl = 1.0 / 3,
                   .ppl_2se = 0.1 + 0.2,
                   .bits_per_byte = 1e300,
                   .top1 = 1},
                  {.key = key_of("gptq", "W4A4", all_domains, 2),
                   .kl = 5e-324,
                   .gap_closed = -0.25,
                   .undecided = 0.5}};
    return table;
}

const char* const small_text = R"({
  "context": {
    "domains": [
      "boost",
      "postgres"
    ],
    "windows": 2048,
    "calib_tokens": 32768,
    "calib_sha256": "c0",
    "model_sha256": "c1",
    "tokens_sha256": "c2",
    "commit": "abc",
    "cpu": "a \"CPU\"",
    "blas": "openblas",
    "threads": 2,
    "command": "fp4quant table"
  },
  "rows": [
    {"method":"rtn","format":"nvfp4","acts":"W4A4","act_format":"nvfp4","act_scale":"static","arith":"fake","domain":"all","seed":0,"kl":0.1,"kl_2se":0.001,"kl_closed":0.0,"kl_closed_2se":0.0,"ppl":0.3333333333333333,"ppl_2se":0.30000000000000004,"dnll_vs_rtn":null,"dnll_vs_rtn_2se":null,"gap_closed":null,"gap_closed_2se":null,"bits_per_byte":1e+300,"top1":1.0,"undecided":null,"align_tokens":null},
    {"method":"gptq","format":"nvfp4","acts":"W4A4","act_format":"nvfp4","act_scale":"static","arith":"fake","domain":"all","seed":2,"kl":5e-324,"kl_2se":null,"kl_closed":null,"kl_closed_2se":null,"ppl":0.0,"ppl_2se":null,"dnll_vs_rtn":null,"dnll_vs_rtn_2se":null,"gap_closed":-0.25,"gap_closed_2se":null,"bits_per_byte":0.0,"top1":0.0,"undecided":0.5,"align_tokens":null}
  ]
}
)";

TEST(TableJson, IsWrittenInOneWay) {
    const auto text = table_json(small_table());
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(*text, small_text);
    auto shuffled = small_table();
    std::swap(shuffled.rows[0], shuffled.rows[1]);
    EXPECT_EQ(*table_json(shuffled), small_text);
}

TEST(TableJson, ReadsBackToTheSameBits) {
    const auto table = parse_table_json(small_text, "t.json");
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(*table, small_table());
    EXPECT_EQ(*parse_table_json(*table_json({}), "t.json"), Table{});
}

TEST(TableJson, OrdersRowsForReaders) {
    Table table = small_table();
    table.rows.clear();
    for (const auto& key :
         {key_of("zebra", "W4A4"), key_of("razer", "W4A4"), key_of("rtn", "W4A4"),
          key_of("faar", "W4A4", all_domains, 2), key_of("faar", "W4A4", all_domains, 1),
          key_of("razer", "W4A16"), key_of("bf16", "W16A16"), key_of("bf16", "W16A16", "boost"),
          key_of("rtn", "W16A4"), key_of("ape", "W4A4")})
        table.rows.push_back({.key = key});
    const auto back = parse_table_json(*table_json(table), "t");
    ASSERT_TRUE(back);
    std::vector<std::string> names;
    for (const auto& row : back->rows)
        names.push_back(row.key.method + " " + row.key.acts + " " + row.key.domain + " " +
                        std::to_string(row.key.seed));
    EXPECT_EQ(names, (std::vector<std::string>{
                         "bf16 W16A16 all 0", "razer W4A16 all 0", "rtn W16A4 all 0",
                         "rtn W4A4 all 0", "razer W4A4 all 0", "faar W4A4 all 1", "faar W4A4 all 2",
                         "ape W4A4 all 0", "zebra W4A4 all 0", "bf16 W16A16 boost 0"}));
}

TEST(TableJson, RefusesWhatItCannotWrite) {
    auto table = small_table();
    table.rows[1].gap_closed = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(table_json(table).error().code, ErrorCode::not_finite);
    EXPECT_EQ(table_json(table).error().message,
              "row 'gptq/nvfp4/W4A4/fake, seed 2': gap_closed: expected a number, found nan");
    table = small_table();
    table.rows.push_back(table.rows[0]);
    EXPECT_EQ(table_json(table).error().message,
              "rows: row 'rtn/nvfp4/W4A4/fake': expected each row once, found it twice");
    table = small_table();
    table.context.cpu = "\xFF";
    EXPECT_EQ(table_json(table).error().message,
              "context: cpu: expected UTF-8 text, found '\\xFF'");
}

std::string changed(const std::string& from, const std::string& to) {
    std::string text = small_text;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(TableJson, IsReadStrictly) {
    const std::vector<std::array<std::string, 3>> cases{
        {"\"threads\": 2,", "",
         "t: context: threads: expected a whole number from 0, found no such key"},
        {"\"threads\": 2,", "\"threads\": -2,",
         "t: context: threads: expected a whole number from 0, found -2"},
        {"\"threads\": 2,", "\"threads\": 2, \"cores\": 1,",
         "t: context: key 'cores': expected no such key"},
        {"\"boost\",", "7,", "t: context: domains: expected a list of names, found in it 7"},
        {"\"kl\":0.1,", "", "t: rows[0]: kl: expected a number, found no such key"},
        {"\"kl\":0.1,", "\"kl\":null,", "t: rows[0]: kl: expected a number, found null"},
        {"\"kl_2se\":null", "\"kl_2se\":\"x\"",
         "t: rows[1]: kl_2se: expected a number or null, found 'x'"},
        {"\"seed\":2", "\"seed\":2.5",
         "t: rows[1]: seed: expected a whole number from 0, found 2.5"},
        {"\"align_tokens\":null}\n", "\"align_tokens\":null,\"note\":1}\n",
         "t: rows[1]: key 'note': expected no such key"},
        {"\"method\":\"gptq\"", "\"method\":\"gptq\",\"method\":\"x\"", "t: byte "},
        {"{\"method\":\"gptq\"", "5, {\"method\":\"gptq\"",
         "t: rows[1]: expected an object, found 5"},
        {"\"rows\": [", "\"lines\": [", "t: key 'lines': expected no such key"},
        {"\"method\":\"gptq\",\"format\":\"nvfp4\",\"acts\":\"W4A4\",\"act_format\":\"nvfp4\","
         "\"act_scale\":\"static\",\"arith\":\"fake\",\"domain\":\"all\",\"seed\":2",
         "\"method\":\"rtn\",\"format\":\"nvfp4\",\"acts\":\"W4A4\",\"act_format\":\"nvfp4\",\"act_"
         "scale\":\"static\",\"arith\":\"fake\",\"domain\":\"all\",\"seed\":0",
         "t: row 'rtn/nvfp4/W4A4/fake': expected each row once, found it twice"}};
    for (const auto& [from, to, message] : cases) {
        const auto table = parse_table_json(changed(from, to), "t");
        ASSERT_FALSE(table) << message;
        EXPECT_EQ(table.error().message.substr(0, message.size()), message);
        EXPECT_EQ(table.error().code, ErrorCode::bad_file);
    }
    EXPECT_EQ(parse_table_json("{}", "t").error().message,
              "t: context: expected an object, found no such key");
    EXPECT_EQ(parse_table_json("[]", "t").error().message,
              "t: expected an object, found an array of 0");
}

TEST(TableJson, TakesRemadeRows) {
    auto table = small_table();
    auto remade = small_table();
    remade.context.cpu = "another";
    remade.context.command = "make more";
    remade.rows = {{.key = key_of("rtn", "W4A4"), .kl = 0.2},
                   {.key = key_of("mse", "W4A4"), .kl = 0.3}};
    ASSERT_TRUE(merge_table(table, remade));
    ASSERT_EQ(table.rows.size(), 3u);
    EXPECT_EQ(table.rows[0], remade.rows[0]);
    EXPECT_EQ(table.rows[1], remade.rows[1]);
    EXPECT_EQ(table.rows[2], small_table().rows[1]);
    EXPECT_EQ(table.context.cpu, "another");
    EXPECT_EQ(table.context.command, small_table().context.command + "; make more");

    const auto before = table;
    for (auto change :
         {+[](TableContext& c) { c.model_sha256 = "x"; },
          +[](TableContext& c) { c.tokens_sha256 = "x"; },
          +[](TableContext& c) { c.calib_sha256 = "x"; },
          +[](TableContext& c) { c.calib_tokens = 1; }, +[](TableContext& c) { c.windows = 1; },
          +[](TableContext& c) { c.domains.pop_back(); }}) {
        auto other = remade;
        change(other.context);
        const auto status = merge_table(table, other);
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().code, ErrorCode::bad_argument);
        EXPECT_EQ(table, before);
    }
}

TEST(SecondsJson, IsNotATable) {
    std::vector<RowSeconds> rows{{key_of("rtn", "W4A4"), 21.5}, {key_of("gptq", "W4A16"), 60}};
    const auto text = seconds_json(rows);
    ASSERT_TRUE(text);
    EXPECT_LT(text->find("\"seconds\":60"), text->find("\"seconds\":21.5"))
        << *text; // W4A16 before W4A4
    EXPECT_FALSE(parse_table_json(*text, "t"));
}

// A row that could not be made stands among the others, with its error for every number.
TEST(TableJson, KeepsRowsThatFailed) {
    auto table = small_table();
    table.failed = {{key_of("mse", "W4A4"), "layer 3: \"too\" large"}};
    const auto text = table_json(table);
    ASSERT_TRUE(text) << text.error().message;
    const std::string line =
        R"({"method":"mse","format":"nvfp4","acts":"W4A4","act_format":"nvfp4","act_scale":"static","arith":"fake","domain":"all","seed":0,"error":"layer 3: \"too\" large"},)";
    EXPECT_LT(text->find("\"rtn\""), text->find(line)) << *text;
    EXPECT_LT(text->find(line), text->find("\"gptq\"")) << *text;
    const auto read = parse_table_json(*text, "table.json");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, table);

    table.failed[0].key = table.rows[0].key;
    EXPECT_FALSE(table_json(table)) << "a row that failed and did not";
    auto twice = *text;
    for (size_t at; (at = twice.find("\"mse\"")) != std::string::npos;)
        twice.replace(at, 5, "\"rtn\"");
    EXPECT_FALSE(parse_table_json(twice, "table.json")) << twice;
    auto number = *text;
    number.replace(number.find("\"error\":"), 8, "\"kl\":0.5,\"error\":");
    EXPECT_FALSE(parse_table_json(number, "table.json")) << "an error beside a number";
}

// A row that failed gives way to one that was made, and not the other way around.
TEST(TableJson, MergesRowsThatFailed) {
    auto table = small_table(), remade = small_table();
    remade.rows = {};
    remade.failed = {{key_of("mse", "W4A4"), "a"}, {key_of("rtn", "W4A4"), "b"}};
    ASSERT_TRUE(merge_table(table, remade));
    EXPECT_EQ(table.rows, small_table().rows);
    ASSERT_EQ(table.failed.size(), 1u);
    EXPECT_EQ(table.failed[0].error, "a");
    remade.rows = {{.key = key_of("mse", "W4A4"), .kl = 0.2}};
    remade.failed = {};
    ASSERT_TRUE(merge_table(table, remade));
    EXPECT_EQ(table.rows.size(), 3u);
    EXPECT_TRUE(table.failed.empty());
}

} // namespace
} // namespace fp4::quant
