//! What the two programs answer to `--version` and `--full-version`; both settable at build time.

pub const VERSION: &str = match option_env!("PVF_REFERENCE_VERSION") {
    Some(version) => version,
    None => env!("CARGO_PKG_VERSION"),
};

pub const COMMIT: &str = match option_env!("PVF_REFERENCE_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};
