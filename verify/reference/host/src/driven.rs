//! One host that another program drives: a request in JSON per line of standard input, an answer per line of output,
//! each with the request's `id`, in the order in which they end. Codes and candidates are told once and used by number,
//! so that a request costs this program nothing but the host's work.
//!
//! `{"id", "code": PATH}` prechecks a PVF; `{"id", "validationData": HEX, "pov": PATH}` keeps a candidate;
//! `{"id", "pvf": N, "candidate": N}` validates the N-th of each for an approval.

use crate::host::{Candidate, Host, Workers};
use serde_json::{json, Value};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    sync::mpsc,
};

const PREPARATION: Duration = Duration::from_secs(360);
const EXECUTION: Duration = Duration::from_secs(12);

pub async fn run(workers: &Workers, version: &str) -> Result<(), String> {
    let host = Arc::new(Host::start(workers, version, false).await?);
    let (answers, told) = mpsc::unbounded_channel();
    let writer = tokio::spawn(write(told));
    let outcome = read(&host, &answers).await;
    drop(answers);
    let _ = writer.await;
    // Requests hold the host too; all have been answered now.
    if let Ok(host) = Arc::try_unwrap(host) {
        host.stop().await;
    }
    outcome
}

async fn read(host: &Arc<Host>, answers: &mpsc::UnboundedSender<Value>) -> Result<(), String> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut codes: Vec<Arc<Vec<u8>>> = Vec::new();
    let mut candidates: Vec<Arc<Candidate>> = Vec::new();
    while let Some(line) = lines.next_line().await.map_err(|error| error.to_string())? {
        let request: Value = serde_json::from_str(&line).map_err(|error| error.to_string())?;
        let id = request["id"].clone();
        let (host, answers) = (host.clone(), answers.clone());
        if let Some(path) = request["code"].as_str() {
            let code = Arc::new(file(path)?);
            codes.push(code.clone());
            tokio::spawn(async move {
                let answer = host.precheck(code.to_vec(), PREPARATION, None).await;
                let _ = answers.send(json!({ "id": id, "answer": answer }));
            });
        } else if let Some(path) = request["pov"].as_str() {
            let data = request["validationData"].as_str().unwrap_or_default();
            candidates.push(Arc::new(Candidate::new(&bytes(data)?, file(path)?)?));
            let _ = answers.send(json!({ "id": id, "answer": "Ok" }));
        } else {
            let code = at(&codes, &request["pvf"])?;
            let candidate = at(&candidates, &request["candidate"])?;
            tokio::spawn(async move {
                let answer = match host.validate_candidate(&code, &candidate, EXECUTION).await {
                    Ok(result) => json!({
                        "id": id,
                        "answer": "Ok",
                        "head": hex(&result.head_data.0),
                    }),
                    Err(answer) => json!({ "id": id, "answer": answer }),
                };
                let _ = answers.send(answer);
            });
        }
    }
    Ok(())
}

async fn write(mut told: mpsc::UnboundedReceiver<Value>) {
    let mut output = tokio::io::stdout();
    while let Some(answer) = told.recv().await {
        // Who does not read any more wants no answers.
        if output.write_all(format!("{answer}\n").as_bytes()).await.is_err()
            || output.flush().await.is_err()
        {
            return;
        }
    }
}

fn at<T>(list: &[Arc<T>], number: &Value) -> Result<Arc<T>, String> {
    number
        .as_u64()
        .and_then(|number| list.get(number as usize).cloned())
        .ok_or_else(|| format!("no number of a PVF or a candidate: {number}"))
}

fn file(path: &str) -> Result<Vec<u8>, String> {
    std::fs::read(PathBuf::from(path)).map_err(|error| format!("{path}: {error}"))
}

fn bytes(hex: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("not hexadecimal: {hex}");
    if !hex.is_ascii() || hex.len() % 2 != 0 {
        return Err(wrong());
    }
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).map_err(|_| wrong()))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
