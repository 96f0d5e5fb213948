//! What happens to a host: each scenario gets a fresh one, and says what it saw.

use crate::{
    guests,
    host::{Host, Workers},
    processes::{self, Target},
};
use std::{fs, time::Duration};

/// A scenario's name and what the host answers when the workers behave.
pub const SCENARIOS: &[(&str, &str)] = &[
    ("security-check", "landlock, seccomp, change-root, secure-clone"),
    ("secure-validator-mode", "starts; Ok(38)"),
    ("precheck-valid", "Ok, then Ok"),
    ("precheck-garbage", "Prevalidation"),
    ("precheck-sign-extension", "Prevalidation"),
    ("precheck-broken-blob", "CouldNotDecompressCodeBlob"),
    ("precheck-cannot-be-linked", "RuntimeConstruction"),
    ("precheck-timeout", "TimedOut"),
    ("precheck-out-of-memory", "OutOfMemory"),
    ("precheck-job-killed", "JobDied"),
    ("precheck-worker-killed", "IoErr, then Ok"),
    ("validate-valid", "Ok(38), Ok(41)"),
    ("validate-invalid", "Invalid(WorkerReportedInvalid), then Invalid(WorkerReportedInvalid)"),
    ("validate-broken-pov", "Invalid(PoVDecompressionFailure), then Ok(38)"),
    ("validate-refused-pvf", "Preparation(Prevalidation)"),
    ("validate-cannot-be-linked", "PossiblyInvalid(RuntimeConstruction)"),
    ("validate-timeout", "Invalid(HardTimeout), then Ok(38)"),
    ("validate-job-killed", "PossiblyInvalid(AmbiguousJobDeath), then Ok(38)"),
    ("validate-worker-killed", "PossiblyInvalid(AmbiguousWorkerDeath), then Ok(38)"),
    ("validate-worker-stopped", "Invalid(HardTimeout), then Ok(38)"),
    ("corrupt-artifact", "Ok(38), PossiblyInvalid(CorruptedArtifact), then Ok(38)"),
    ("missing-artifact", "Ok(38), then Ok(38)"),
    ("many-at-once", "20 × Ok(38)"),
];

const PREPARATION: Duration = Duration::from_secs(60);
const EXECUTION: Duration = Duration::from_secs(10);
/// The reference's own test uses the same: far below what any compiler needs for the large module.
const LITTLE_MEMORY_BYTES: u64 = 10 * 1024 * 1024;

pub async fn run(name: &str, workers: &Workers, version: &str) -> Result<String, String> {
    if name == "secure-validator-mode" {
        let host = Host::start(workers, version, true).await?;
        let answer = host.validate(&guests::counts_its_input(), Vec::new(), EXECUTION).await;
        host.stop().await;
        return Ok(format!("starts; {answer}"));
    }
    let host = Host::start(workers, version, false).await?;
    let seen = on(name, &host).await;
    host.stop().await;
    seen
}

async fn on(name: &str, host: &Host) -> Result<String, String> {
    let good = guests::counts_its_input();
    let seen = match name {
        "security-check" => {
            let status = host.security();
            let features = [
                ("landlock", status.can_enable_landlock),
                ("seccomp", status.can_enable_seccomp),
                ("change-root", status.can_unshare_user_namespace_and_change_root),
                ("secure-clone", status.can_do_secure_clone),
            ];
            let able: Vec<_> =
                features.iter().filter(|(_, able)| *able).map(|(feature, _)| *feature).collect();
            able.join(", ")
        }
        "precheck-valid" => {
            let first = host.precheck(good.clone(), PREPARATION, None).await;
            format!("{first}, then {}", host.precheck(good, PREPARATION, None).await)
        }
        "precheck-garbage" => host.precheck(b"not wasm".to_vec(), PREPARATION, None).await,
        "precheck-sign-extension" => {
            host.precheck(guests::uses_sign_extension(), PREPARATION, None).await
        }
        "precheck-broken-blob" => {
            let mut blob = vec![82, 188, 83, 118, 70, 219, 142, 5];
            blob.extend_from_slice(b"not zstd");
            host.precheck(blob, PREPARATION, None).await
        }
        "precheck-cannot-be-linked" => {
            host.precheck(guests::cannot_be_linked(), PREPARATION, None).await
        }
        "precheck-timeout" => {
            host.precheck(guests::takes_long_to_compile(), Duration::from_millis(20), None).await
        }
        "precheck-out-of-memory" => {
            let code = guests::takes_long_to_compile();
            host.precheck(code, PREPARATION, Some(LITTLE_MEMORY_BYTES)).await
        }
        "precheck-job-killed" => {
            let kill = disturb("prepare-worker", Target::Job, "KILL");
            let answer = host.precheck(guests::takes_long_to_compile(), PREPARATION, None).await;
            kill.await.map_err(|error| error.to_string())??;
            answer
        }
        "precheck-worker-killed" => {
            let kill = disturb("prepare-worker", Target::Worker, "KILL");
            let answer = host.precheck(guests::takes_long_to_compile(), PREPARATION, None).await;
            kill.await.map_err(|error| error.to_string())??;
            format!("{answer}, then {}", host.precheck(good, PREPARATION, None).await)
        }
        "validate-valid" => {
            let first = host.validate(&good, Vec::new(), EXECUTION).await;
            format!("{first}, {}", host.validate(&good, vec![1, 2, 3], EXECUTION).await)
        }
        "validate-invalid" => {
            let code = guests::rejects();
            let first = host.validate(&code, Vec::new(), EXECUTION).await;
            format!("{first}, then {}", host.validate(&code, Vec::new(), EXECUTION).await)
        }
        "validate-broken-pov" => {
            let pov = vec![82, 188, 83, 118, 70, 219, 142, 5, 0];
            let first = host.validate(&good, pov, EXECUTION).await;
            format!("{first}, then {}", host.validate(&good, Vec::new(), EXECUTION).await)
        }
        "validate-refused-pvf" => {
            host.validate(&guests::uses_sign_extension(), Vec::new(), EXECUTION).await
        }
        "validate-cannot-be-linked" => {
            host.validate(&guests::cannot_be_linked(), Vec::new(), EXECUTION).await
        }
        "validate-timeout" => {
            let first =
                host.validate(&guests::never_ends(), Vec::new(), Duration::from_millis(300)).await;
            format!("{first}, then {}", host.validate(&good, Vec::new(), EXECUTION).await)
        }
        "validate-job-killed" => disturbed(host, &good, Target::Job, "KILL", EXECUTION).await?,
        "validate-worker-killed" => disturbed(host, &good, Target::Worker, "KILL", EXECUTION).await?,
        "validate-worker-stopped" => {
            disturbed(host, &good, Target::Worker, "STOP", Duration::from_secs(2)).await?
        }
        "corrupt-artifact" => {
            let first = host.validate(&good, Vec::new(), EXECUTION).await;
            for path in host.artifacts() {
                let mut bytes = fs::read(&path).map_err(|error| error.to_string())?;
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                fs::write(&path, bytes).map_err(|error| error.to_string())?;
            }
            let second = host.validate(&good, Vec::new(), EXECUTION).await;
            let third = host.validate(&good, Vec::new(), EXECUTION).await;
            format!("{first}, {second}, then {third}")
        }
        "missing-artifact" => {
            let first = host.validate(&good, Vec::new(), EXECUTION).await;
            for path in host.artifacts() {
                fs::remove_file(path).map_err(|error| error.to_string())?;
            }
            format!("{first}, then {}", host.validate(&good, Vec::new(), EXECUTION).await)
        }
        "many-at-once" => {
            let requests = (0..20).map(|_| host.validate(&good, Vec::new(), EXECUTION));
            let mut answers = futures::future::join_all(requests).await;
            answers.dedup();
            format!("20 × {}", answers.join(" or "))
        }
        other => return Err(format!("no scenario {other}")),
    };
    Ok(seen)
}

/// Validates a candidate that never ends and sends a signal meanwhile; afterwards a good candidate.
async fn disturbed(
    host: &Host,
    good: &[u8],
    target: Target,
    signal: &'static str,
    timeout: Duration,
) -> Result<String, String> {
    let sent = disturb("execute-worker", target, signal);
    let answer = host.validate(&guests::never_ends(), Vec::new(), timeout).await;
    sent.await.map_err(|error| error.to_string())??;
    Ok(format!("{answer}, then {}", host.validate(good, Vec::new(), EXECUTION).await))
}

fn disturb(
    kind: &'static str,
    target: Target,
    signal: &'static str,
) -> tokio::task::JoinHandle<Result<(), String>> {
    tokio::task::spawn_blocking(move || processes::signal(kind, target, signal))
}
