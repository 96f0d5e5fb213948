//! Drives a pair of worker programs with the reference's own host and says where it was not answered
//! as by the reference's workers.

mod driven;
mod guests;
mod host;
mod processes;
mod scenarios;

use host::Workers;
use serde_json::json;
use std::{
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{Command, ExitCode},
    time::Instant,
};

const USAGE: &str = "usage: pvf-reference-host PREPARE-WORKER EXECUTE-WORKER [--json] [--only TEXT] | --driven

Starts the reference's host with the two programs for each scenario and prints what it answered;
with --driven one host, which takes requests from standard input (driven.rs).
Exit status: 0 as expected, 1 something differs, 2 wrong use.";

struct Arguments {
    workers: Workers,
    json: bool,
    only: String,
    /// Runs in a process of its own: a host whose version is not the workers', which they end.
    mismatch: bool,
    driven: bool,
}

fn arguments() -> Option<Arguments> {
    let mut programs = Vec::new();
    let (mut json, mut mismatch, mut driven, mut only) = (false, false, false, String::new());
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--json" => json = true,
            "--only" => only = args.next()?,
            "--driven" => driven = true,
            "--version-mismatch" => mismatch = true,
            flag if flag.starts_with('-') => return None,
            program => programs.push(PathBuf::from(program)),
        }
    }
    let [prepare, execute] = programs.try_into().ok()?;
    Some(Arguments { workers: Workers { prepare, execute }, json, only, mismatch, driven })
}

struct Row {
    scenario: &'static str,
    expected: &'static str,
    seen: String,
    left_over: usize,
    seconds: f64,
}

impl Row {
    fn as_expected(&self) -> bool {
        self.seen == self.expected && self.left_over == 0
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let Some(arguments) = arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let version = match arguments.workers.version() {
        Ok(version) => version,
        Err(error) => {
            eprintln!("cannot ask the workers for their version: {error}");
            return ExitCode::from(2);
        }
    };
    if arguments.mismatch {
        let answer = scenarios::run("precheck-valid", &arguments.workers, "0.0.0-another").await;
        println!("{answer:?}");
        return ExitCode::SUCCESS;
    }
    if arguments.driven {
        return match driven::run(&arguments.workers, &version).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::from(1)
            }
        };
    }
    let mut rows = Vec::new();
    for &(scenario, expected) in scenarios::SCENARIOS {
        if !scenario.contains(&arguments.only) {
            continue;
        }
        let began = Instant::now();
        let seen = scenarios::run(scenario, &arguments.workers, &version)
            .await
            .unwrap_or_else(|error| format!("cannot run: {error}"));
        let left_over = processes::left_over();
        let seconds = began.elapsed().as_secs_f64();
        rows.push(Row { scenario, expected, seen, left_over, seconds });
    }
    if "version-mismatch".contains(&arguments.only) {
        rows.push(version_mismatch(&arguments.workers));
    }
    print(&arguments, &version, &rows);
    if rows.iter().all(Row::as_expected) {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    }
}

/// The worker ends its host when their versions differ, so that host is a process of its own.
fn version_mismatch(workers: &Workers) -> Row {
    let began = Instant::now();
    // That host has no time to remove its cache.
    let seen = tempfile::tempdir()
        .and_then(|temporary| {
            Command::new(std::env::current_exe()?)
                .args([&workers.prepare, &workers.execute])
                .arg("--version-mismatch")
                .env("TMPDIR", temporary.path())
                .output()
        })
        .map(|output| match output.status.signal() {
            Some(15) => "host ended with SIGTERM".to_owned(),
            _ => format!("{}: {}", output.status, String::from_utf8_lossy(&output.stdout).trim()),
        })
        .unwrap_or_else(|error| error.to_string());
    Row {
        scenario: "version-mismatch",
        expected: "host ended with SIGTERM",
        seen,
        left_over: processes::left_over(),
        seconds: began.elapsed().as_secs_f64(),
    }
}

fn print(arguments: &Arguments, version: &str, rows: &[Row]) {
    if arguments.json {
        for row in rows {
            let line = json!({
                "scenario": row.scenario,
                "expected": row.expected,
                "seen": row.seen,
                "asExpected": row.as_expected(),
                "processesLeft": row.left_over,
                "seconds": row.seconds,
            });
            println!("{line}");
        }
        return;
    }
    println!("workers: {} and {} ({version})\n", arguments.workers.prepare.display(), arguments.workers.execute.display());
    println!("| scenario | the host's answer | as expected | s |\n|---|---|---|--:|");
    for row in rows {
        let left = if row.left_over > 0 { format!("; {} processes left", row.left_over) } else { String::new() };
        let verdict = if row.as_expected() { "yes".into() } else { format!("NO: {}{left}", row.expected) };
        println!("| {} | {} | {verdict} | {:.1} |", row.scenario, row.seen, row.seconds);
    }
    let failed = rows.iter().filter(|row| !row.as_expected()).count();
    println!("\n{} scenarios, {failed} not as expected", rows.len());
}
