//! Looking at and ending the processes below this one, and no others.

use std::{
    fs,
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

/// The pids whose parent is `parent`.
pub fn children(parent: u32) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        // The name stands in brackets and may hold anything; state and parent follow it.
        let Some(rest) = stat.rsplit_once(") ").map(|(_, rest)| rest) else { continue };
        let mut fields = rest.split(' ');
        let state = fields.next();
        if fields.next().and_then(|field| field.parse().ok()) == Some(parent) && state != Some("Z") {
            found.push(pid);
        }
    }
    found
}

/// Our own worker of this kind ("prepare-worker", "execute-worker"), once there is one.
fn worker(kind: &str) -> Option<u32> {
    children(std::process::id()).into_iter().find(|pid| {
        fs::read(format!("/proc/{pid}/cmdline"))
            .map(|line| line.split(|byte| *byte == 0).any(|arg| arg == kind.as_bytes()))
            .unwrap_or(false)
    })
}

#[derive(Clone, Copy)]
pub enum Target {
    Worker,
    Job,
}

/// Waits until the worker has a job that has run a little, then sends the one or the other `signal`.
pub fn signal(kind: &'static str, target: Target, signal: &'static str) -> Result<(), String> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(20) {
        sleep(Duration::from_millis(10));
        let Some(worker) = worker(kind) else { continue };
        let Some(job) = children(worker).first().copied() else { continue };
        sleep(Duration::from_millis(300));
        // A worker that starts through a shell has short-lived children before its first job.
        if !children(worker).contains(&job) {
            continue;
        }
        let pid = match target {
            Target::Worker => worker,
            Target::Job => job,
        };
        let status = Command::new("kill")
            .args([format!("-{signal}"), pid.to_string()])
            .status()
            .map_err(|error| error.to_string())?;
        return if status.success() { Ok(()) } else { Err(format!("{pid} was gone")) };
    }
    Err(format!("no job of a {kind} appeared"))
}

/// Waits for all processes below this one to end; the number of those left after ten seconds.
pub fn left_over() -> usize {
    let began = Instant::now();
    loop {
        let left = children(std::process::id());
        if left.is_empty() {
            return 0;
        }
        if began.elapsed() > Duration::from_secs(10) {
            for pid in &left {
                let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
            }
            return left.len();
        }
        sleep(Duration::from_millis(50));
    }
}
