import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { invalidArgument } from '@pvf/linux';
import { checkPolicy } from '../policy/check.ts';
import { isPreset, PRESET_NAMES, type PresetName } from '../policy/presets.ts';
import type { FilePolicy, Policy } from '../policy/types.ts';

const KEYS: Readonly<Record<keyof Policy, readonly string[]>> = {
  files: [
    ...(['enforce', 'read', 'write', 'execute', 'system', 'unlisted', 'hide', 'bind', 'private'] as const),
    ...(['temporary', 'rules', 'keepMetadata', 'ifMissing'] as const),
  ],
  network: ['enforce', 'access', 'connectTcp', 'bindTcp', 'udp', 'unixSockets'],
  scopes: ['enforce', 'scopes'],
  syscalls: ['enforce', 'allow', 'deny', 'onViolation'],
  namespaces: ['enforce', 'namespaces', 'hostName'],
  root: ['enforce', 'directory', 'readOnly', 'noExec'],
  limits: [
    ...(['enforce', 'cpuMs', 'wallMs', 'memoryBytes', 'processes', 'openFiles', 'fileBytes'] as const),
    ...(['coreBytes', 'stackBytes'] as const),
  ],
  environment: ['pass', 'set'],
  user: ['uid', 'gid'],
};

/** What a policy file says: a policy as in the API, and a preset to begin with. */
export interface PolicyFile {
  readonly policy: Policy;
  readonly preset?: PresetName;
}

/**
 * Reads a policy file: JSON, with relative paths meant from where the file lies.
 * @throws SandboxError INVALID_ARGUMENT naming what is wrong: an unknown key would be a layer that silently is not there
 */
export function readPolicyFile(path: string): PolicyFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return invalidArgument('--policy', path, error instanceof Error ? error.message : String(error));
  }
  const { preset, $schema: _, ...layers } = objectOf(path, 'the file', parsed);
  if (preset !== undefined && (typeof preset !== 'string' || !isPreset(preset)))
    invalidArgument(`${path}: preset`, preset, `one of ${PRESET_NAMES.join(', ')}`);
  for (const [layer, value] of Object.entries(layers)) {
    if (!Object.hasOwn(KEYS, layer))
      invalidArgument(path, layer, `no such layer; there are ${Object.keys(KEYS).join(', ')} and preset`);
    const known = KEYS[layer as keyof Policy];
    for (const key of Object.keys(objectOf(path, layer, value)))
      if (!known.includes(key)) invalidArgument(path, `${layer}.${key}`, `${layer} has ${known.join(', ')}`);
  }
  const policy = layers as Policy;
  checkPolicy(policy);
  const base = dirname(resolve(path));
  return {
    policy: policy.files === undefined ? policy : { ...policy, files: from(base, policy.files) },
    ...(preset === undefined ? {} : { preset: preset as PresetName }),
  };
}

function objectOf(path: string, what: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    invalidArgument(path, what, 'it must be an object');
  return value as Record<string, unknown>;
}

function from(base: string, files: FilePolicy): FilePolicy {
  const all = (paths: readonly string[] | undefined): string[] =>
    (paths ?? []).map((path) => resolve(base, path));
  return {
    ...files,
    read: all(files.read),
    write: all(files.write),
    execute: all(files.execute),
    hide: all(files.hide),
    private: all(files.private),
    bind: (files.bind ?? []).map((bind) => ({ ...bind, source: resolve(base, bind.source) })),
    rules: (files.rules ?? []).map((rule) => ({ ...rule, path: resolve(base, rule.path) })),
  };
}
