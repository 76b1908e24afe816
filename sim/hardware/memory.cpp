#include "memory.hpp"

#include <algorithm>
#include <cstring>

namespace fp4::sim {

Memory::Memory(const sc_core::sc_module_name& name, sc_core::sc_time time_per_byte,
               sc_core::sc_time read_latency)
    : sc_module(name), socket("socket"), time_per_byte_(time_per_byte),
      read_latency_(read_latency) {
    socket.register_b_transport(this, &Memory::b_transport);
}

void Memory::load(uint64_t address, std::span<const std::byte> bytes) {
    if (!bytes.empty()) std::memcpy(storage_.data() + address, bytes.data(), bytes.size());
}

void Memory::b_transport(int, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    const uint64_t address = payload.get_address(), length = payload.get_data_length();
    if (address > storage_.size() || length > storage_.size() - address) {
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    const bool read = payload.is_read();
    if (read) {
        std::memcpy(payload.get_data_ptr(), storage_.data() + address, length);
        bytes_read_ += length;
    } else {
        std::memcpy(storage_.data() + address, payload.get_data_ptr(), length);
        bytes_written_ += length;
    }
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    bus_free_at_ =
        std::max(bus_free_at_, now + delay) + time_per_byte_ * static_cast<double>(length);
    delay = bus_free_at_ - now + (read ? read_latency_ : sc_core::SC_ZERO_TIME);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

} // namespace fp4::sim
