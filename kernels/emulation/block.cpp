#include "block.hpp"

#include <ucontext.h>

#include <algorithm>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace fp4::kernels {
namespace {

constexpr size_t stack_bytes = 128 << 10, warp = 32;

// Address sanitizer has to hear of every change of stacks.
void before_switch([[maybe_unused]] void** saved, [[maybe_unused]] const void* stack,
                   [[maybe_unused]] size_t bytes) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(saved, stack, bytes);
#endif
}

void after_switch([[maybe_unused]] void* saved, [[maybe_unused]] const void** stack,
                  [[maybe_unused]] size_t* bytes) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(saved, stack, bytes);
#endif
}

} // namespace

struct EmulatedBlock::Fiber {
    ucontext_t context{};
    std::vector<char> memory;
    const void* stack = nullptr;
    size_t bytes = 0;
    void* sanitizer = nullptr;
    int thread = 0;
    State state = State::ready;
    const char* name = nullptr;
    void* data = nullptr;
    void (*together)(std::span<void* const>) = nullptr;
};

EmulatedBlock::EmulatedBlock(int threads) : scheduler_(std::make_unique<Fiber>()) {
    for (int thread = 0; thread < threads; ++thread) {
        fibers_.push_back(std::make_unique<Fiber>());
        fibers_.back()->memory.resize(stack_bytes);
        fibers_.back()->thread = thread;
    }
}

EmulatedBlock::~EmulatedBlock() = default;

void EmulatedBlock::start(unsigned low, unsigned high) {
    auto& block = *reinterpret_cast<EmulatedBlock*>(uintptr_t{high} << 32 | low);
    after_switch(nullptr, &block.scheduler_->stack, &block.scheduler_->bytes);
    (*block.entry_)(block.running_->thread);
    block.running_->state = State::done;
    before_switch(nullptr, block.scheduler_->stack, block.scheduler_->bytes);
    setcontext(&block.scheduler_->context);
}

void EmulatedBlock::resume(Fiber& fiber) {
    running_ = &fiber;
    before_switch(&scheduler_->sanitizer, fiber.memory.data(), fiber.memory.size());
    swapcontext(&scheduler_->context, &fiber.context);
    after_switch(scheduler_->sanitizer, nullptr, nullptr);
    running_ = nullptr;
}

void EmulatedBlock::yield() {
    Fiber& self = *running_;
    before_switch(&self.sanitizer, scheduler_->stack, scheduler_->bytes);
    swapcontext(&self.context, &scheduler_->context);
    after_switch(self.sanitizer, nullptr, nullptr);
}

void EmulatedBlock::wait_for_block() {
    running_->state = State::in_block;
    yield();
}

void EmulatedBlock::wait_for_warp(const char* name, void* data,
                                  void (*together)(std::span<void* const>)) {
    running_->state = State::in_warp;
    running_->name = name;
    running_->data = data;
    running_->together = together;
    yield();
}

// Lets threads on that have all come to where they wait. False: none could go on.
bool EmulatedBlock::release() {
    bool released = false;
    for (size_t first = 0; first < fibers_.size(); first += warp) {
        const std::span lanes =
            std::span(fibers_).subspan(first, std::min(warp, fibers_.size() - first));
        if (lanes.size() < warp || !std::ranges::all_of(lanes, [](const auto& lane) {
                return lane->state == State::in_warp;
            }))
            continue;
        std::vector<void*> data;
        for (const auto& lane : lanes) {
            if (std::string_view(lane->name) != lanes[0]->name) {
                error_ =
                    "lanes of a warp met in " + std::string(lanes[0]->name) + " and " + lane->name;
                return false;
            }
            data.push_back(lane->data);
        }
        lanes[0]->together(data);
        for (const auto& lane : lanes) lane->state = State::ready;
        released = true;
    }
    if (released) return true;
    if (!std::ranges::all_of(fibers_,
                             [](const auto& fiber) { return fiber->state == State::in_block; })) {
        error_ = "threads wait for others that have left or wait elsewhere";
        return false;
    }
    for (const auto& fiber : fibers_) fiber->state = State::ready;
    return true;
}

std::string EmulatedBlock::run(const std::function<void(int)>& entry, uint64_t seed) {
    entry_ = &entry;
    error_.clear();
    const auto self = reinterpret_cast<uintptr_t>(this);
    for (const auto& fiber : fibers_) {
        fiber->state = State::ready;
        getcontext(&fiber->context);
        fiber->context.uc_stack = {
            .ss_sp = fiber->memory.data(), .ss_flags = 0, .ss_size = fiber->memory.size()};
        fiber->context.uc_link = nullptr;
        makecontext(&fiber->context, reinterpret_cast<void (*)()>(start), 2,
                    static_cast<unsigned>(self), static_cast<unsigned>(self >> 32));
    }
    std::mt19937_64 random(seed);
    std::vector<Fiber*> order;
    for (const auto& fiber : fibers_) order.push_back(fiber.get());
    while (error_.empty()) {
        std::shuffle(order.begin(), order.end(), random);
        for (Fiber* fiber : order)
            if (fiber->state == State::ready) resume(*fiber);
        if (std::ranges::all_of(order,
                                [](const Fiber* fiber) { return fiber->state == State::done; }))
            break;
        release();
    }
    return error_;
}

} // namespace fp4::kernels
