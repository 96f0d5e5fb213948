//! The reference's execute worker as a program; `prepare.rs` says what the version is for.

mod version;

polkadot_node_core_pvf_common::decl_worker_main!(
    "execute-worker",
    polkadot_node_core_pvf_execute_worker::worker_entrypoint,
    version::VERSION,
    version::COMMIT,
);
