// What the reference passes over, and why.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OptionDefaults } from 'typedoc';

/** Exported symbols; the fields of shapes, whose names say what they are, speak for themselves or have a word of their own. */
const REQUIRED = ['Enum', 'Variable', 'Function', 'Class', 'Interface', 'TypeAlias', 'Accessor', 'Method'];

/** Generated of the service's OpenAPI description, which says everything. */
const GENERATED = ['client.paths', 'client.components', 'client.operations'].concat(
  ['bytes', 'candidate'].map((each) => `client.${each}.__type.bodySerializer`),
);

/** Tables that types are made of, and parts of types that have a name of their own. */
const PARTS = {
  cli: ['ClaimSource', 'Output'],
  cluster: ['AgentRecord', 'Bare'],
  host: ['UndecidedOutcome', 'CandidateInput', 'WithoutResult', 'ArtifactIdentity'],
  linux: [
    ...['FS', 'SCOPES', 'FLAGS', 'NET', 'SEALS', 'ACTIONS', 'X64_SYSCALLS', 'ARM64_SYSCALLS'],
    ...['Sys3', 'Sys6', 'SysBuffer', 'Selected'],
  ],
  protocol: ['UnreadWorkerResponse', 'UnreadText', 'DecodePlace', 'Place'],
  'sandbox-linux': ['PRESETS', 'GROUPS', 'Plan', 'StdioOption'],
  serve: ['Bytes'],
  worker: [
    ...['LEVELS', 'RunCommand', 'UsageError', 'CgroupSlot', 'WorkerCgroup', 'JobFilters', 'TemplateFilters'],
    ...['JobUser', 'EnteredJob'],
  ],
};

/** @param root of the repository; @param name of the package's folder */
export function optionsFor(root, name) {
  const constants = name === 'linux' ? namesIn(join(root, 'packages/linux/src/sys/constants.ts')) : [];
  return {
    requiredToBeDocumented: REQUIRED,
    // The kernel's constants under the kernel's names: the heading says where each is defined.
    intentionallyNotDocumented: [
      ...constants.map((each) => `sys/constants.${each}`),
      ...(name === 'serve' ? GENERATED : []),
    ],
    intentionallyNotExported: PARTS[name] ?? [],
    blockTags: [...OptionDefaults.blockTags, '@description'],
    validation: {
      notExported: true,
      invalidLink: true,
      invalidPath: true,
      notDocumented: true,
      unusedMergeModuleWith: true,
    },
  };
}

/** Names of constants that have no word of their own. */
function namesIn(path) {
  return [...readFileSync(path, 'utf8').matchAll(/(?<!\*\/\n)^export const (\w+)/gm)].map(([, name]) => name);
}
