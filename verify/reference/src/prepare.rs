//! The reference's prepare worker as a program.
//!
//! It reports the version given in `PVF_REFERENCE_VERSION` when it is built, because the reference's
//! host compares the worker's version with its own.

mod version;

polkadot_node_core_pvf_common::decl_worker_main!(
    "prepare-worker",
    polkadot_node_core_pvf_prepare_worker::worker_entrypoint,
    version::VERSION,
    version::COMMIT,
);
