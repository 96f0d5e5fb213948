//! One running host of the reference, with its cache in a temporary folder.

use codec::Decode;
use futures::channel::oneshot;
use polkadot_node_core_pvf::{
    get_worker_version, start, Config, InvalidCandidate, Metrics, PossiblyInvalidError,
    PrepareError, PrepareJobKind, Priority, PvfPrepData, SecurityStatus, ValidationError,
    ValidationHost,
};
use polkadot_node_core_pvf_common::execute::ValidationContext;
use polkadot_node_primitives::{BlockData, PoV};
use polkadot_node_subsystem::messages::PvfExecKind;
use polkadot_parachain_primitives::primitives::ValidationResult;
use polkadot_primitives::{
    CandidateReceiptV2, ExecutorParam, ExecutorParams, HeadData, PersistedValidationData,
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;

const CODE_BOMB_LIMIT: u32 = 30 * 1024 * 1024;

/// The two worker programs under test.
#[derive(Clone)]
pub struct Workers {
    pub prepare: PathBuf,
    pub execute: PathBuf,
}

impl Workers {
    pub fn version(&self) -> Result<String, String> {
        let version = |path: &Path| {
            get_worker_version(path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let (prepare, execute) = (version(&self.prepare)?, version(&self.execute)?);
        if prepare != execute {
            return Err(format!("the workers report {prepare} and {execute}"));
        }
        Ok(prepare)
    }
}

/// What a PVF is run on.
pub struct Candidate {
    validation_data: Arc<PersistedValidationData>,
    pov: Arc<PoV>,
}

impl Candidate {
    /// `validation_data` in SCALE; `block_data` as it stands in a PoV, compressed or not.
    pub fn new(validation_data: &[u8], block_data: Vec<u8>) -> Result<Self, String> {
        let validation_data = PersistedValidationData::decode(&mut &validation_data[..])
            .map_err(|error| format!("validation data: {error}"))?;
        Ok(Self {
            validation_data: Arc::new(validation_data),
            pov: Arc::new(PoV { block_data: BlockData(block_data) }),
        })
    }

    fn with_pov(block_data: Vec<u8>) -> Self {
        Self {
            validation_data: Arc::new(PersistedValidationData {
                parent_head: HeadData(Vec::new()),
                relay_parent_number: 1,
                relay_parent_storage_root: Default::default(),
                max_pov_size: 10 * 1024 * 1024,
            }),
            pov: Arc::new(PoV { block_data: BlockData(block_data) }),
        }
    }
}

pub struct Host {
    handle: ValidationHost,
    task: tokio::task::JoinHandle<()>,
    cache: TempDir,
}

impl Host {
    pub async fn start(workers: &Workers, version: &str, secure: bool) -> Result<Self, String> {
        let cache = tempfile::tempdir().map_err(|error| error.to_string())?;
        let config = Config::new(
            cache.path().to_owned(),
            Some(version.to_owned()),
            secure,
            workers.prepare.clone(),
            workers.execute.clone(),
            2,
            1,
            2,
        );
        let (handle, task) =
            start(config, Metrics::default()).await.map_err(|error| error.to_string())?;
        Ok(Self { handle, task: tokio::spawn(task), cache })
    }

    pub fn security(&self) -> SecurityStatus {
        self.handle.security_status.clone()
    }

    /// The answer to a precheck: `Ok` or the name of the error.
    pub async fn precheck(
        &self,
        code: Vec<u8>,
        timeout: Duration,
        max_memory: Option<u64>,
    ) -> String {
        let params = max_memory.map(ExecutorParam::PrecheckingMaxMemory).into_iter().collect::<Vec<_>>();
        let pvf = PvfPrepData::from_code(
            code,
            ExecutorParams::from(&params[..]),
            timeout,
            PrepareJobKind::Prechecking,
            CODE_BOMB_LIMIT,
        );
        let (sender, receiver) = oneshot::channel();
        if let Err(error) = self.handle.clone().precheck_pvf(pvf, sender).await {
            return format!("host: {error}");
        }
        match receiver.await {
            Ok(Ok(())) => "Ok".into(),
            Ok(Err(error)) => prepare_error(&error),
            Err(_) => "host: request cancelled".into(),
        }
    }

    /// The answer to a validation: `Ok` with the guest's number, or the names of the error.
    pub async fn validate(&self, code: &[u8], pov: Vec<u8>, timeout: Duration) -> String {
        match self.validate_candidate(code, &Candidate::with_pov(pov), timeout).await {
            Ok(result) => format!("Ok({})", result.processed_downward_messages),
            Err(answer) => answer,
        }
    }

    /// What the PVF answered to a candidate, or the names of the error.
    pub async fn validate_candidate(
        &self,
        code: &[u8],
        candidate: &Candidate,
        timeout: Duration,
    ) -> Result<ValidationResult, String> {
        let pvf = PvfPrepData::from_code(
            code.to_vec(),
            ExecutorParams::default(),
            Duration::from_secs(360),
            PrepareJobKind::Compilation,
            CODE_BOMB_LIMIT,
        );
        let context = ValidationContext {
            candidate_receipt: CandidateReceiptV2::decode(&mut &[0u8; 1024][..])
                .expect("zeros are a receipt"),
            pvd: candidate.validation_data.clone(),
            pov: candidate.pov.clone(),
            executor_params: ExecutorParams::default(),
            exec_timeout: timeout,
            v3_seen: false,
        };
        let (sender, receiver) = oneshot::channel();
        self.handle
            .clone()
            .execute_pvf(pvf, context, Priority::Critical, PvfExecKind::Approval, sender)
            .await
            .map_err(|error| format!("host: {error}"))?;
        match receiver.await {
            Ok(answer) => answer.map_err(|error| validation_error(&error)),
            Err(_) => Err("host: request cancelled".into()),
        }
    }

    /// The artifacts in the cache.
    pub fn artifacts(&self) -> Vec<PathBuf> {
        fs::read_dir(self.cache.path())
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_file())
            .collect()
    }

    /// Ends the host and, with it, its workers.
    pub async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// The variant's name: what the texts say differs, and is of no consequence.
fn prepare_error(error: &PrepareError) -> String {
    let text = format!("{error:?}");
    text.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}

fn validation_error(error: &ValidationError) -> String {
    match error {
        ValidationError::Preparation(error) => format!("Preparation({})", prepare_error(error)),
        ValidationError::Invalid(InvalidCandidate::WorkerReportedInvalid(_)) => {
            "Invalid(WorkerReportedInvalid)".into()
        }
        ValidationError::Invalid(InvalidCandidate::HardTimeout) => "Invalid(HardTimeout)".into(),
        ValidationError::Invalid(InvalidCandidate::PoVDecompressionFailure) => {
            "Invalid(PoVDecompressionFailure)".into()
        }
        ValidationError::PossiblyInvalid(error) => format!(
            "PossiblyInvalid({})",
            match error {
                PossiblyInvalidError::AmbiguousWorkerDeath => "AmbiguousWorkerDeath",
                PossiblyInvalidError::AmbiguousJobDeath(_) => "AmbiguousJobDeath",
                PossiblyInvalidError::JobError(_) => "JobError",
                PossiblyInvalidError::RuntimeConstruction(_) => "RuntimeConstruction",
                PossiblyInvalidError::CorruptedArtifact => "CorruptedArtifact",
            }
        ),
        ValidationError::Internal(error) => format!("Internal({error:?})"),
        ValidationError::ExecutionDeadline => "ExecutionDeadline".into(),
    }
}
