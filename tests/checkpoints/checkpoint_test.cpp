#include "fp4/checkpoints/checkpoint.hpp"

#include "test_files.hpp"

namespace fp4::checkpoints {
namespace {

using test::TempDir;

constexpr std::string_view config =
    R"({"architectures":["LlamaForCausalLM"],"hidden_size":64,"intermediate_size":128,"num_hidden_layers":1,"num_attention_heads":4})";

class CheckpointFolder : public testing::Test {
  protected:
    void SetUp() override {
        std::filesystem::create_directory(dir / "model");
        write("config.json", config);
    }

    void write(const std::string& name, std::string_view bytes) {
        dir.write("model/" + name, bytes);
    }

    // A shard with one byte-sized tensor per name; the byte is the name's first letter.
    void write_shard(const std::string& name, const std::vector<std::string>& tensors) {
        std::vector<io::TensorData> data;
        for (const auto& tensor : tensors)
            data.push_back({tensor, io::Dtype::u8, {1}, std::as_bytes(std::span(tensor).first(1))});
        ASSERT_TRUE(io::write_safetensors(folder / name, {}, data));
    }

    void write_index(const std::string& weight_map) {
        write("model.safetensors.index.json",
              "{\"metadata\":{\"total_size\":2},\"weight_map\":{" + weight_map + "}}");
    }

    void expect_error(const std::string& file, const std::string& message) {
        const auto checkpoint = Checkpoint::open(folder);
        ASSERT_FALSE(checkpoint) << message;
        EXPECT_EQ(checkpoint.error().code, ErrorCode::bad_file);
        test::expect_message(checkpoint.error().message, (folder / file).string() + ": " + message);
    }

    void expect_index_error(const std::string& message) {
        expect_error("model.safetensors.index.json", message);
    }

    TempDir dir;
    std::filesystem::path folder = dir / "model";
};

TEST_F(CheckpointFolder, SingleFile) {
    write_shard("model.safetensors", {"a", "b"});
    auto opened = Checkpoint::open(folder);
    ASSERT_TRUE(opened) << opened.error().message;
    const auto location = opened->find("b");
    const Checkpoint checkpoint = std::move(*opened);
    EXPECT_EQ(checkpoint.config().name, "model");
    EXPECT_EQ(checkpoint.config().head_dim, 16u);
    ASSERT_TRUE(location); // found before the move
    std::string byte(1, '\0');
    ASSERT_TRUE(location->file->read(*location->tensor, std::as_writable_bytes(std::span(byte))));
    EXPECT_EQ(byte, "b");
    EXPECT_FALSE(checkpoint.find("c"));
}

TEST_F(CheckpointFolder, FolderNameWithTrailingSlash) {
    write_shard("model.safetensors", {});
    const auto checkpoint = Checkpoint::open(folder / "");
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    EXPECT_EQ(checkpoint->config().name, "model");
}

TEST_F(CheckpointFolder, Shards) {
    write_shard("s1", {"a", "b"});
    write_shard("s2", {"c"});
    write_index(R"("a":"s1","c":"s2","b":"s1")");
    const auto checkpoint = Checkpoint::open(folder);
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    ASSERT_EQ(checkpoint->files().size(), 2u);
    ASSERT_TRUE(checkpoint->find("c"));
    EXPECT_EQ(checkpoint->find("c")->file, &checkpoint->files()[1]);
    EXPECT_EQ(checkpoint->find("b")->tensor->name, "b");
    EXPECT_FALSE(checkpoint->find("d"));
}

TEST_F(CheckpointFolder, IndexMayNameTheSingleFile) {
    write_shard("model.safetensors", {"a"});
    write_index(R"("a":"model.safetensors")");
    EXPECT_TRUE(Checkpoint::open(folder));
}

TEST_F(CheckpointFolder, MissingFiles) {
    expect_error("model.safetensors", "cannot open: No such file or directory");
    std::filesystem::remove(folder / "config.json");
    expect_error("config.json", "cannot open: No such file or directory");
}

TEST_F(CheckpointFolder, ConfigErrorsNameTheFile) {
    write("config.json", "{\"architectures\":[\"LlamaForCausalLM\"]}");
    expect_error("config.json",
                 "hidden_size: expected an integer from 1 to 262144, found no such key");
    write("config.json", std::string((16u << 20) + 1, ' '));
    expect_error("config.json", "expected at most 16777216 bytes, found 16777217");
}

TEST_F(CheckpointFolder, BrokenSingleFile) {
    write("model.safetensors", "12345678");
    expect_error("model.safetensors",
                 "header length at byte 0: expected at most 100000000, found ");
}

TEST_F(CheckpointFolder, IndexFileNames) {
    write_shard("s", {"a"});
    for (const char* name : {"../s", "/etc/passwd", "..", ".", "", "d/s", "d\\\\s", "s\\u0000",
                             "s\\n", "\\u001b[2J"}) {
        write_index("\"a\":\"" + std::string(name) + "\"");
        expect_index_error("weight_map: tensor 'a': expected a plain file name, found '");
    }
    write_index("\"a\":7");
    expect_index_error("weight_map: tensor 'a': expected a plain file name, found 7");
    write_index("\"a\":\"s\"");
    EXPECT_TRUE(Checkpoint::open(folder));
}

TEST_F(CheckpointFolder, IndexLinks) {
    write_shard("inside", {"a"});
    std::filesystem::copy_file(folder / "inside", dir / "outside");
    std::filesystem::create_symlink("inside", folder / "good");
    std::filesystem::create_symlink("../outside", folder / "bad");
    std::filesystem::create_symlink("missing", folder / "broken");
    write_index(R"("a":"good")");
    EXPECT_TRUE(Checkpoint::open(folder));
    write_index(R"("a":"bad")");
    expect_error("bad", "expected a file in its own folder or in the hub cache's folder of the "
                        "same repository, found a link to " +
                            std::filesystem::canonical(dir / "outside").string());
    write_index(R"("a":"broken")");
    expect_error("broken", "cannot open the shard: No such file or directory");

    std::filesystem::create_directory(
        dir / "model-other"); // begins with the folder's name but is not inside it
    std::filesystem::copy_file(folder / "inside", dir / "model-other/s");
    std::filesystem::create_symlink("../model-other/s", folder / "neighbor");
    write_index(R"("a":"neighbor")");
    expect_error("neighbor",
                 "expected a file in its own folder or in the hub cache's folder of the "
                 "same repository, found a link to ");
}

TEST_F(CheckpointFolder, IndexAgainstShards) {
    write_shard("s1", {"a", "b"});
    write_shard("s2", {"c"});
    write_index(R"("a":"s1","b":"s2","c":"s2")");
    expect_index_error("tensor 'b': expected it in 's2', found it in 's1'");
    write_index(R"("a":"s1","b":"s1","c":"s2","d":"s2")");
    expect_index_error("tensor 'd': expected it in 's2', found no such tensor");
    write_index(R"("a":"s1","c":"s2")");
    expect_index_error(
        "tensor 'b': expected every tensor of 's1' in weight_map, found no such entry");
    write_index(R"("a":"s1","b":"s1","c":"s3")");
    expect_error("s3", "cannot open the shard: No such file or directory");
    write_shard("s2", {"b", "c"});
    write_index(R"("a":"s1","b":"s1","c":"s2")");
    expect_index_error("tensor 'b': expected it in one shard, found it in 's1' and 's2'");
}

TEST_F(CheckpointFolder, IndexStructure) {
    const auto index = [&](std::string_view text) { write("model.safetensors.index.json", text); };
    write_shard("s", {"a"});
    write_index(R"("a":"s","a":"s")");
    expect_index_error("byte 53: key 'a': expected each key once, found a duplicate");
    index("{}");
    expect_index_error(
        "weight_map: expected an object of tensor and file names, found no such key");
    index("{\"weight_map\":{}}");
    expect_index_error(
        "weight_map: expected an object of tensor and file names, found an empty one");
    index("{\"weight_map\":[1]}");
    expect_index_error(
        "weight_map: expected an object of tensor and file names, found an array of 1");
    index("[]");
    expect_index_error("expected an object, found an array of 0");
    index("{\"weight_map\":");
    expect_index_error("byte 13: expected valid JSON, found ");
    index(std::string("{}\0", 3));
    expect_index_error("byte 2: expected JSON text, found a NUL byte");
    index("");
    expect_index_error("byte 0: expected valid JSON, found ");
    index("{\"a\":" + std::string(100'000, '[') + "}");
    expect_index_error("byte 36: expected at most 32 levels of nesting, found more");
}

TEST_F(CheckpointFolder, SingleFileBesideAnIndex) {
    write_shard("model.safetensors", {"a"});
    write_shard("s", {"a"});
    write_index(R"("a":"s")");
    expect_index_error("weight_map: expected it to name model.safetensors, which is in the folder; "
                       "remove one of the two");
}

} // namespace
} // namespace fp4::checkpoints
