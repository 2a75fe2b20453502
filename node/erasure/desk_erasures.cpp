// The worker's part of carrying out erasures: views without what was erased, in a file without it.
#include "node/desk/desk.hpp"

namespace entrepot::node {

/// Once the views rest on the roster with the newest order: freed pages of their file go, and the
/// link is told, which signs for it. Whatever fails is tried again with the next message.
void Desk::follow_erasures() {
    const auto& orders = roster_.erasures();
    if (orders.empty() || erased_ == orders.back() ||
        views_->counted().roster_length < orders.back()) {
        return;
    }
    const auto marks = log_->erasure_marks();
    if (!marks || marks->log < orders.back()) {
        return;
    }
    if (marks->views < marks->log) {
        if (!projector_->flush() || !views_->compact() ||
            !channel_.send(encode_message(Erased{marks->log.value, realm_}))) {
            return;
        }
    }
    erased_ = orders.back();
}

}  // namespace entrepot::node
