import { slip } from '../slip.mjs';

// Which artifacts a worker has, as it believes itself and as its host does.
const host = (path) => `packages/host/src/${path}`;
const worker = (path) => `packages/execute-worker/src/${path}`;
const suites = (...files) => [['host', ...files.map((file) => `test/${file}`)]];
const give = suites('execute/give');
const asks = [['execute-worker', 'test/asks']];
const file = [['execute-worker', 'test/artifact-file']];
const EXECUTE = { builds: ['execute-worker'] };

export const slips = [
  slip(
    'a request is sent once more without the file that was asked for',
    host('execute/give.ts'),
    'await link(artifactPath,',
    'if (onSent === onStarted) await link(artifactPath,',
    give,
  ),
  slip(
    'a candidate is started again when its artifact was asked for',
    host('execute/give.ts'),
    'onSent = () => {};',
    'onSent = onStarted;',
    give,
  ),
  slip(
    'a file is given to a worker that has ended',
    host('execute/give.ts'),
    ' || process.connection.isBroken',
    '',
    give,
  ),
  slip(
    'whatever begins with the words asks for an artifact',
    host('execute/give.ts'),
    'Buffer.compare(asked.frame, WANTED) === 0',
    'Buffer.compare(asked.frame.subarray(0, WANTED.length), WANTED) === 0',
    give,
  ),
  slip(
    'an artifact that was made anew is the one that was given',
    host('execute/give.ts'),
    '`${artifactPath} ${toHex(request.artifactChecksum)}`',
    'toHex(request.artifactChecksum)',
    give,
  ),
  slip(
    'a corrupted artifact counts as given',
    host('execute/work.ts'),
    " && answer.value.jobResponse.type !== 'CorruptedArtifact'",
    '',
    give,
  ),
  slip(
    'an artifact is at fault for a file that nobody gave',
    host('execute/work.ts'),
    "if (!linked && answer.ok && answer.value.jobResponse.type === 'CorruptedArtifact')",
    "if (linked && answer.ok && answer.value.jobResponse.type === 'CorruptedArtifact')",
    give,
  ),
  slip(
    'an answer is lost with the cache directory',
    host('execute/work.ts'),
    'if (!linked && (error',
    'if (linked && (error',
    give,
  ),
  slip(
    'what was given earliest is believed to be there for ever',
    host('worker/given-artifacts.ts'),
    'if (this.#keys.size <= most) break;',
    'if (this.#keys.size >= 0) break;',
    give,
  ),
  slip(
    'workers are told to ask where each file comes with its request',
    host('host/pipelines.ts'),
    'remembersArtifacts: giveArtifactsOnce ? remembersArtifacts : 0,',
    'remembersArtifacts,',
    suites('host/started-with'),
  ),
  slip(
    'a worker of another make is believed to ask',
    host('worker/program.ts'),
    'remembersArtifacts = 0,',
    'remembersArtifacts = 1,',
    suites('host/started-with'),
  ),
  slip(
    'a file that has changed is still known',
    worker('artifact-file.ts'),
    'Number(now.size) === size && now.mtimeNs === mtimeNs',
    'Number(now.size) === size',
    file,
  ),
  slip(
    'an artifact’s first file is run although it was made anew',
    worker('artifact-file.ts'),
    '.findLast(',
    '.find(',
    asks,
    EXECUTE,
  ),
  slip(
    'a worker that asks takes no file that it is given',
    worker('worker.ts'),
    "return this.#artifactFiles.open(checksum) ?? 'corrupted';",
    "return this.#artifactFiles.known(checksum) ?? this.#artifactFiles.open(checksum) ?? 'corrupted';",
    asks,
    EXECUTE,
  ),
  slip(
    'a worker runs what it has loaded, whatever file its host gives it',
    worker('worker.ts'),
    'this.#context.asksForArtifacts && this.#templates.holds(key)',
    'this.#templates.holds(key)',
    [['execute-worker', 'test/artifact.test', 'test/asks']],
    EXECUTE,
  ),
  slip(
    'templates run on while a worker waits for a file',
    worker('worker.ts'),
    "if (typeof read === 'string') Template.rest();",
    '',
    asks,
    EXECUTE,
  ),
  slip(
    'a worker asks a host that does not know of that',
    worker('worker.ts'),
    'if (isGiven || !this.#context.asksForArtifacts)',
    'if (isGiven)',
    [['execute-worker', 'test/artifact.test']],
    EXECUTE,
  ),
];
