import { slip } from '../slip.mjs';

const src = (path) => `packages/worker/src/${path}`;
const worker = (...args) => [['worker', ...args]];
const filters = worker('test/filters');
const exact = worker('test/isolation/exact');
const rogue = worker('test/isolation/rogue-template');
const watching = worker('test/sequences');
const CI = { sample: true };

const systemCalls = [
  slip(
    'jobs may call getrandom',
    src('filters/syscalls.ts'),
    "  'brk',\n  'read',\n  'write',",
    "  'brk',\n  'getrandom',\n  'read',\n  'write',",
    filters,
    CI,
  ),
  slip(
    'a template may change limits of others',
    src('filters/syscalls.ts'),
    "          { index: 0, op: 'eq', value: 0 },\n          { index: 1, op: 'eq', value: resource, width: 32 },",
    "          { index: 1, op: 'eq', value: resource, width: 32 },",
    filters,
  ),
  slip(
    'a template may change any of its limits',
    src('filters/syscalls.ts'),
    "          { index: 0, op: 'eq', value: 0 },\n          { index: 1, op: 'eq', value: resource, width: 32 },",
    "          { index: 0, op: 'eq', value: 0 },\n          { index: 1, op: 'ge', value: resource, width: 32 },",
    filters,
  ),
  slip(
    'a template may fork as it likes',
    src('filters/syscalls.ts'),
    "args: [{ index: 0, op: 'eq', value: forkFlags({ namespaces, sibling: true }) }]",
    "args: [{ index: 0, op: 'any-bits', value: forkFlags({ namespaces, sibling: true }) }]",
    filters,
  ),
  slip(
    'futexes of all processes',
    src('filters/syscalls.ts'),
    'value: value | FUTEX_PRIVATE_FLAG, width: 32',
    'value, width: 32',
    filters,
  ),
  slip(
    'a futex with priority inheritance',
    src('filters/syscalls.ts'),
    '[FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET]',
    '[FUTEX_WAIT, FUTEX_WAKE, 6, FUTEX_WAIT_BITSET]',
    filters,
  ),
  slip(
    'the clock of another process',
    src('filters/syscalls.ts'),
    "{ index: 0, op: 'le', value: CLOCK_TAI }",
    "{ index: 0, op: 'le', value: CLOCK_TAI, width: 32 }",
    filters,
  ),
  slip(
    'one clock more',
    src('filters/syscalls.ts'),
    'const CLOCK_TAI = 11;',
    'const CLOCK_TAI = 12;',
    filters,
  ),
  slip(
    'any ioctl',
    src('filters/syscalls.ts'),
    "{ name: 'ioctl', args: [{ index: 1, op: 'eq', value: PROCMAP_QUERY }] },",
    "'ioctl',",
    filters,
  ),
  slip(
    'an ioctl whose number differs above 32 bits',
    src('filters/syscalls.ts'),
    "{ index: 1, op: 'eq', value: PROCMAP_QUERY }",
    "{ index: 1, op: 'eq', value: PROCMAP_QUERY, width: 32 }",
    filters,
  ),
  slip(
    'a locked job may read',
    src('filters/syscalls.ts'),
    "const LOCKED_DENIED: readonly SyscallName[] = [\n  'read',",
    'const LOCKED_DENIED: readonly SyscallName[] = [',
    filters,
  ),
  slip(
    'a locked job may close its pipe',
    src('filters/syscalls.ts'),
    "  'pread64',\n  'close',\n  'ioctl',\n  'seccomp',\n  'pkey_mprotect',\n];",
    "  'pread64',\n  'ioctl',\n  'seccomp',\n  'pkey_mprotect',\n];",
    filters,
  ),
  slip(
    'a job of a template may fork',
    src('filters/syscalls.ts'),
    "  'read',\n  'clone',\n  'prctl',",
    "  'read',\n  'prctl',",
    filters,
  ),
  slip('workers may trace', src('filters/syscalls.ts'), "  'ptrace',\n", '', filters),
  slip('workers may make namespaces', src('filters/syscalls.ts'), "  'unshare',\n", '', filters),
  slip(
    'what a worker may not call ends it',
    src('filters/syscalls.ts'),
    "    onViolation: { errno: 'EPERM' },",
    "    onViolation: 'kill-process',",
    filters,
  ),
  slip(
    'shared memory',
    src('filters/kept-filters.ts'),
    'const MAP_KIND = 0x4_a10f;',
    'const MAP_KIND = 0x4_a10e;',
    filters,
  ),
  slip(
    'memory that grows like a stack',
    src('filters/kept-filters.ts'),
    'const MAP_KIND = 0x4_a10f;',
    'const MAP_KIND = 0x4_a00f;',
    filters,
  ),
  slip(
    'a mapping in place of the kept filters',
    src('filters/kept-filters.ts'),
    '...(bits === 0 ? [] : [outside(0)]),',
    '',
    filters,
  ),
  slip(
    'memory is moved onto the kept filters',
    src('filters/kept-filters.ts'),
    "{ name: 'mremap', args: [outside(0), outside(4), without(MREMAP_DONTUNMAP)] },",
    "{ name: 'mremap', args: [outside(0), without(MREMAP_DONTUNMAP)] },",
    filters,
  ),
  slip(
    'a filter of its own',
    src('filters/kept-filters.ts'),
    "      { index: 2, op: 'eq', value: fprogAddress },\n",
    '',
    filters,
  ),
  slip(
    'a listener for system calls',
    src('filters/kept-filters.ts'),
    "      { index: 1, op: 'eq', value: 0 },\n",
    '',
    filters,
  ),
];

const restrictions = [
  slip(
    'templates have no limit of private memory',
    src('template/template-process.ts'),
    'limitMemory(own, settings.addedDataBytes);',
    'limitMemory(own, undefined);',
    exact,
    CI,
  ),
  slip(
    'jobs have no limit of private memory',
    src('job/job-process.ts'),
    'limitMemory(own, settings.addedDataBytes);',
    'limitMemory(own, undefined);',
    exact,
  ),
  slip('jobs may write files', src('job/job-process.ts'), "  setResourceLimit('FSIZE', 0);\n", '', exact),
  slip('jobs may lock memory', src('job/job-process.ts'), "  setResourceLimit('MEMLOCK', 0);\n", '', exact),
  slip(
    'jobs may open files again',
    src('job/job-process.ts'),
    "  setResourceLimit('NOFILE', 0);\n",
    '',
    exact,
  ),
  slip(
    'templates may lock memory',
    src('template/template-process.ts'),
    "['FSIZE', 'MEMLOCK', 'MSGQUEUE']",
    "['FSIZE', 'MSGQUEUE']",
    exact,
  ),
  slip(
    'templates may make a process more',
    src('template/template-process.ts'),
    '2 * MAX_TEMPLATES + 16',
    '2 * MAX_TEMPLATES + 17',
    exact,
  ),
  slip(
    'templates live for ever',
    src('template/template-process.ts'),
    "  setResourceLimit('CPU', TEMPLATE_CPU_SECONDS);\n",
    '',
    exact,
  ),
  slip(
    'jobs of a template may fork',
    src('template/template-process.ts'),
    "  setResourceLimit('NPROC', 0);\n",
    '',
    exact,
  ),
  slip(
    'a waiting job keeps the pipe on which jobs are ordered',
    src('template/template-process.ts'),
    '  closeDescriptor(fds.order);\n',
    '',
    exact,
  ),
  slip(
    'a job of a template keeps the pipe of commands',
    src('template/template-process.ts'),
    '  closeDescriptor(fds.command);\n',
    '',
    exact,
  ),
  slip(
    'a job of a template has the CPU time of its template',
    src('template/template-process.ts'),
    "  setResourceLimit('CPU', cpuSeconds);\n",
    '',
    exact,
  ),
  slip(
    'a job of a template has no filter of its own',
    src('template/template-process.ts'),
    'if (settings.templateFilters !== undefined) installFilter(settings.templateFilters.job);',
    '',
    exact,
  ),
  slip(
    'jobs keep the descriptors of their worker',
    src('job/job-process.ts'),
    '  closeAllDescriptorsExcept([writeFd, ...settings.inertFds, ...(mapsFd < 0 ? [] : [mapsFd])], settings);\n',
    '',
    exact,
  ),
  slip(
    'jobs keep a descriptor of their memory map',
    src('job/job-process.ts'),
    '    closeDescriptor(mapsFd);\n  }\n  for (const filter of filters)',
    '  }\n  for (const filter of filters)',
    exact,
  ),
  slip(
    'jobs share the processes of the host',
    src('worker/restrict.ts'),
    "const OF_EACH_JOB: readonly Namespace[] = ['user', 'mount', 'pid'];",
    "const OF_EACH_JOB: readonly Namespace[] = ['user', 'mount'];",
    exact,
  ),
  slip(
    'workers share the network of the host',
    src('worker/restrict.ts'),
    "const SHARED_BY_JOBS: readonly Namespace[] = ['net', 'ipc', 'uts', 'cgroup'];",
    "const SHARED_BY_JOBS: readonly Namespace[] = ['ipc', 'uts', 'cgroup'];",
    exact,
  ),
  slip(
    'jobs keep capabilities',
    src('job/job-process.ts'),
    'if (!keepsCapabilities) dropAllCapabilities({ boundingSet: false });',
    '',
    exact,
  ),
  slip(
    'jobs outlive their worker',
    src('job/job-process.ts'),
    '  setParentDeathSignal(SIGKILL);\n',
    '',
    worker('test/isolation/orphans'),
    {
      survives:
        'a worker’s guard ends whatever is left in its process group; the signal is for where no guard could be started',
    },
  ),
  slip(
    'the guard ends with those that are told to end',
    src('worker/guard.ts'),
    '  blockSignals();\n',
    '',
    worker('test/isolation/rogue-template'),
  ),
  slip(
    'jobs are the user of the worker',
    src('across/job-user.ts'),
    '  setUserIds({ real: id, effective: id, saved: inNamespace ? id : workerUid });\n',
    '',
    worker('test/isolation/job-user'),
  ),
  slip(
    'the kernel ends a job at three times its time',
    src('job/job-process.ts'),
    'const CPU_LIMIT_FACTOR = 4;',
    'const CPU_LIMIT_FACTOR = 3;',
    exact,
  ),
  slip(
    'machine code can be written to',
    src('job/job-process.ts'),
    '    lockExecutableMemory(mapsFd);\n',
    '',
    [['execute-worker', 'test/processes', '-t', 'writable and executable']],
    { builds: ['worker'] },
  ),
  slip(
    'Landlock does not hold for jobs',
    src('job/job-process.ts'),
    '  if (settings.landlock) allowNothing(settings.simulatedLandlockAbi);\n',
    '',
    worker('test/isolation/isolation', '-t', 'run by root is stopped as expected: no filter'),
    {
      survives:
        'the ruleset of the worker, which its jobs inherit, forbids all but reading the worker dir, and that the limit of descriptors forbids',
    },
  ),
];

const templates = [
  slip(
    'a template may make a process that nobody ordered',
    src('children/template.ts'),
    "if (this.#gate.isAsked) throw new TemplateError('it would make a process that nobody ordered');",
    '',
    rogue,
  ),
  slip(
    'a job of a template may make a process',
    src('children/template.ts'),
    'if (forks) throw new TemplateError(`job ${pid} would make a process`);',
    '',
    rogue,
  ),
  slip(
    'templates run while a candidate of another one does',
    src('children/template.ts'),
    '    Template.rest(this);\n',
    '',
    rogue,
  ),
];

const resting = [
  slip(
    'a template holds what it likes while it rests',
    src('children/memory-guard.ts'),
    'return this.forkedWith + Math.min(this.limit, this.#kept) + GROWTH_BYTES;',
    'return Number.POSITIVE_INFINITY;',
    worker('test/isolation/resting'),
  ),
  slip(
    'who rests is never looked at again',
    src('children/template.ts'),
    '      template.#orEnd(() => template.#lookAgain());\n',
    '',
    worker('test/isolation/resting'),
  ),
  slip(
    'an idle worker does not look at those that rest',
    src('worker/loop.ts'),
    'do poll([host, guard], Template.lookAtRest());',
    'do poll([host, guard], Number.POSITIVE_INFINITY);',
    [['execute-worker', 'test/processes', '-t', 'by and by']],
    { builds: ['worker'] },
  ),
  slip(
    'a template that sleeps in place of its call is waited for',
    src('children/template-clone.ts'),
    ' || isAsleep(this.#templatePid, this.#procFd);',
    ';',
    rogue,
  ),
  slip(
    'a template that spins in place of its call is waited for',
    src('children/template-clone.ts'),
    'return used > CLONE_CPU_NS || isAsleep',
    'return used < 0 || isAsleep',
    rogue,
  ),
  slip(
    'pipes of a template that did not load stay open',
    src('children/start-template.ts'),
    '  for (const fd of [...Object.values(pipes), ...(listener === undefined ? [] : [listener])])\n    closeDescriptor(fd);',
    '',
    rogue,
  ),
];

const following = [
  slip(
    'a peak of memory between two looks is overlooked',
    src('children/job.ts'),
    "if (reaped.usage.maxRssBytes > memoryMax + FILE_PAGES_BYTES) return { type: 'memory-limit' };",
    '',
    watching,
  ),
  slip(
    'what a dead job has left in its pipe is not read',
    src('children/job.ts'),
    "    if (!collector.read()) return { type: 'output-limit' };\n  }\n  return undefined;",
    '    break;\n  }\n  return undefined;',
    watching,
  ),
  slip(
    'the limit of output counts the mark of a job’s beginning',
    src('children/job.ts'),
    'limits.outputLimitBytes + mark',
    'limits.outputLimitBytes',
    watching,
  ),
  slip(
    'an answer counts that is one byte too long',
    src('children/output.ts'),
    'return this.#scratch.used <= this.#limit;',
    'return this.#scratch.used <= this.#limit + 1;',
    watching,
  ),
  slip(
    'bytes of a killed job are left for the next',
    src('children/output.ts'),
    '  scratch.used = 0;\n}',
    '}',
    watching,
  ),
];

const cgroups = [
  slip(
    'whoever ran out of memory counts as a job that took too much',
    src('across/cgroup.ts'),
    'return reached > this.#before.reached && killed > this.#before.killed;',
    'return killed > this.#before.killed;',
    worker('test/cgroup'),
  ),
  slip(
    'a control group is used again while processes are in it',
    src('across/cgroup.ts'),
    'const at = this.#free.findIndex((slot) => slot.isEmpty);',
    'const at = this.#free.findIndex(() => true);',
    worker('test/cgroup'),
  ),
  slip(
    'no group has a limit of memory',
    src('across/cgroup.ts'),
    'const limit =\n      bytes === undefined',
    'const limit =\n      bytes !== undefined',
    worker('test/cgroup'),
  ),
];

export const slips = [...systemCalls, ...restrictions, ...templates, ...resting, ...following, ...cgroups];
