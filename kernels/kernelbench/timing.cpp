#include "timing.hpp"

#include <algorithm>

namespace fp4::kernels::bench {
namespace {

class Event {
  public:
    Event() { must(cudaEventCreate(&event_), "cudaEventCreate"); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { cudaEventDestroy(event_); }
    operator cudaEvent_t() const { return event_; }

  private:
    cudaEvent_t event_ = nullptr;
};

class Graph {
  public:
    Graph(const Stream& stream, const std::function<void(cudaStream_t)>& launches) {
        must(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
             "cudaStreamBeginCapture");
        launches(stream);
        must(cudaStreamEndCapture(stream, &graph_), "cudaStreamEndCapture");
        must(cudaGraphInstantiate(&executable_, graph_, 0), "cudaGraphInstantiate");
    }
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;
    ~Graph() {
        cudaGraphExecDestroy(executable_);
        cudaGraphDestroy(graph_);
    }
    void replay(const Stream& stream) const {
        must(cudaGraphLaunch(executable_, stream), "cudaGraphLaunch");
    }

  private:
    cudaGraph_t graph_ = nullptr;
    cudaGraphExec_t executable_ = nullptr;
};

} // namespace

Timing time(const Stream& stream, int count, const std::function<void(cudaStream_t)>& launches) {
    launches(stream); // what is loaded at first use is not loaded during the capture
    stream.wait();
    const Graph graph(stream, launches);
    for (int i = 0; i < 3; ++i) graph.replay(stream);
    std::vector<Event> begins(replays), ends(replays);
    for (size_t i = 0; i < replays; ++i) {
        must(cudaEventRecord(begins[i], stream), "cudaEventRecord");
        graph.replay(stream);
        must(cudaEventRecord(ends[i], stream), "cudaEventRecord");
    }
    stream.wait();
    std::vector<double> us;
    for (size_t i = 0; i < replays; ++i) {
        float ms = 0;
        must(cudaEventElapsedTime(&ms, begins[i], ends[i]), "cudaEventElapsedTime");
        us.push_back(1000.0 * static_cast<double>(ms) / count);
    }
    std::ranges::sort(us);
    return {us[replays / 2], us[replays / 10], us[replays - 1 - replays / 10], replays};
}

} // namespace fp4::kernels::bench
