// Main memory: one TLM-2.0 target shared by all initiators, with a transfer rate and a read
// latency.
#pragma once
#include <tlm_utils/multi_passthrough_target_socket.h>

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

namespace fp4::sim {

class Memory : public sc_core::sc_module {
  public:
    tlm_utils::multi_passthrough_target_socket<Memory> socket;

    Memory(const sc_core::sc_module_name& name, sc_core::sc_time time_per_byte,
           sc_core::sc_time read_latency);

    // Untimed access for loading an op and for reading results back.
    void resize(uint64_t bytes) { storage_.assign(bytes, 0); }
    void load(uint64_t address, std::span<const std::byte> bytes);
    std::span<const uint8_t> view(uint64_t address, uint64_t bytes) const {
        return std::span(storage_).subspan(address, bytes);
    }

    uint64_t bytes_read() const { return bytes_read_; }
    uint64_t bytes_written() const { return bytes_written_; }

  private:
    // Transfers queue for the bus in the order of the calls; the delay returned runs to the end of
    // the transfer, plus the latency for reads.
    void b_transport(int initiator, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

    sc_core::sc_time time_per_byte_, read_latency_, bus_free_at_;
    std::vector<uint8_t> storage_;
    uint64_t bytes_read_ = 0, bytes_written_ = 0;
};

// One blocking transfer from an initiator's side; returns the time until it is complete.
template <class Socket>
sc_core::sc_time transfer(Socket& socket, tlm::tlm_command command, uint64_t address,
                          std::span<uint8_t> bytes) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(bytes.data());
    payload.set_data_length(static_cast<unsigned>(bytes.size()));
    payload.set_streaming_width(static_cast<unsigned>(bytes.size()));
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(payload, delay);
    sc_assert(payload.is_response_ok());
    return delay;
}

} // namespace fp4::sim
