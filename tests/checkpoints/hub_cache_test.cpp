// Models as the Hugging Face hub cache lays them out, and folders that only look like it.
#include "fp4/checkpoints/checkpoint.hpp"
#include "test_files.hpp"

namespace fp4::checkpoints {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view config =
    R"({"architectures":["LlamaForCausalLM"],"hidden_size":64,"intermediate_size":128,"num_hidden_layers":1,"num_attention_heads":4})";
constexpr const char* index_name = "model.safetensors.index.json";

// models--o--n/snapshots/REV/* are links to models--o--n/blobs/*, whose names say nothing.
class HubCache : public testing::Test {
  protected:
    void SetUp() override {
        fs::create_directories(snapshot);
        fs::create_directory(repository / "blobs");
        link("config.json", blob("00", std::string(config)));
        link("s1", blob("ff", shard("a")));
        link("s2", blob("01", shard("b")));
        link(index_name, blob("02", index("s1", "s2")));
    }

    static std::string shard(const std::string& tensor) {
        return test::safetensors("{" + test::entry(tensor, "U8", "[1]", "[0,1]") + "}", tensor);
    }
    static std::string index(const std::string& a, const std::string& b) {
        return R"({"weight_map":{"a":")" + a + R"(","b":")" + b + "\"}}";
    }
    std::string blob(const std::string& name, const std::string& bytes) const {
        std::ofstream(repository / "blobs" / name, std::ios::binary) << bytes;
        return "../../blobs/" + name;
    }
    void link(const std::string& name, const std::string& target) const {
        fs::remove(snapshot / name);
        fs::create_symlink(target, snapshot / name);
    }
    static void expect_error(const fs::path& folder, const std::string& file,
                             const std::string& message) {
        const auto checkpoint = Checkpoint::open(folder);
        ASSERT_FALSE(checkpoint) << message;
        EXPECT_EQ(checkpoint.error().code, ErrorCode::bad_file);
        test::expect_message(checkpoint.error().message, (folder / file).string() + ": " + message);
    }

    test::TempDir dir;
    const fs::path repository = dir / "hub/models--o--n", snapshot = repository / "snapshots/0a1b";
    const std::string leaves = "expected a file in its own folder or in the hub cache's folder of "
                               "the same repository, found a link to ";
};

TEST_F(HubCache, ShardsAreRead) {
    for (const auto& folder : {snapshot, snapshot / "", snapshot / "."}) {
        const auto checkpoint = Checkpoint::open(folder);
        ASSERT_TRUE(checkpoint) << checkpoint.error().message;
        for (const std::string tensor : {"a", "b"}) {
            const auto found = checkpoint->find(tensor);
            ASSERT_TRUE(found) << tensor;
            std::string byte(1, '\0');
            ASSERT_TRUE(found->file->read(*found->tensor, std::as_writable_bytes(std::span(byte))));
            EXPECT_EQ(byte, tensor);
            EXPECT_EQ(found->file->path(), folder / (tensor == "a" ? "s1" : "s2"));
        }
    }
    fs::create_directory_symlink(snapshot, dir / "model");
    EXPECT_TRUE(Checkpoint::open(dir / "model"));
}

TEST_F(HubCache, ModelInAFolderOfTheSnapshot) {
    fs::create_directory(snapshot / "part");
    for (const char* name : {"config.json", "s1", "s2", index_name})
        fs::create_symlink("../" + fs::read_symlink(snapshot / name).string(),
                           snapshot / "part" / name);
    const auto checkpoint = Checkpoint::open(snapshot / "part");
    EXPECT_TRUE(checkpoint) << checkpoint.error().message;
}

TEST_F(HubCache, MessagesNameTheLink) {
    blob("01", "GGUF");
    expect_error(snapshot, "s2", "expected a safetensors file, found a GGUF file");
    blob("01", shard("c"));
    expect_error(snapshot, index_name,
                 "tensor 'c': expected every tensor of 's2' in weight_map, found no such entry");
    fs::remove(repository / "blobs/01");
    expect_error(snapshot, "s2", "cannot open the shard: No such file or directory");
}

TEST_F(HubCache, LinksThatLeaveTheRepository) {
    dir.write("secret", shard("b"));
    link("s2", "../../../../secret");
    expect_error(snapshot, "s2", leaves + fs::canonical(dir / "secret").string());
    fs::create_directories(dir / "hub/models--o--n2/blobs");
    fs::copy_file(dir / "secret", dir / "hub/models--o--n2/blobs/01");
    link("s2", "../../../models--o--n2/blobs/01");
    expect_error(snapshot, "s2", leaves);
    fs::rename(repository / "blobs/01", repository / "blobs/03");
    fs::create_symlink("../../../secret", repository / "blobs/01"); // by way of a blob
    link("s2", "../../blobs/01");
    expect_error(snapshot, "s2", leaves);
    link("s2", "s2");
    expect_error(snapshot, "s2", "cannot open the shard: ");
}

TEST_F(HubCache, NamesInTheIndexAreTextWithoutAWay) {
    for (const char* name : {"../../blobs/01", "../s2", "/etc/passwd", "..", "d/s2"}) {
        blob("02", index("s1", name));
        expect_error(snapshot, index_name,
                     "weight_map: tensor 'b': expected a plain file name, found ");
    }
}

TEST_F(HubCache, OtherFoldersAreNoCache) {
    for (const bool has_blobs : {false, true}) {
        const auto folder = dir / (has_blobs ? "x/snapshot/rev" : "y/snapshots/rev");
        fs::create_directories(folder);
        if (has_blobs) fs::create_directory(folder.parent_path().parent_path() / "blobs");
        fs::copy_file(snapshot / "config.json", folder / "config.json");
        fs::copy_file(snapshot / index_name, folder / index_name);
        std::ofstream(folder / "s1") << shard("a");
        std::ofstream(folder.parent_path().parent_path() / "beside") << shard("b");
        fs::create_symlink("../../beside", folder / "s2");
        expect_error(folder, "s2", leaves);
    }
}

} // namespace
} // namespace fp4::checkpoints
