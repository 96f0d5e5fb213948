import { slip } from '../slip.mjs';

// What jobs and templates are left with.
const src = (path) => `packages/worker/src/${path}`;
const suites = (...files) => [['worker', ...files.map((file) => `test/${file}`)]];

export const slips = [
  slip(
    'templates have core dumps',
    src('template/template-process.ts'),
    '  refuseCoreDumps();\n',
    '',
    suites('isolation/exact'),
  ),
  slip(
    'templates may queue messages',
    src('template/template-process.ts'),
    "['FSIZE', 'MEMLOCK', 'MSGQUEUE'] as const) setResourceLimit(resource, 0);",
    "['FSIZE', 'MEMLOCK'] as const) setResourceLimit(resource, 0);",
    suites('isolation/exact'),
  ),
  slip(
    'templates may open files',
    src('template/template-process.ts'),
    "  setResourceLimit('NOFILE', 0);\n",
    '',
    suites('isolation/exact'),
  ),
  slip(
    'jobs can write to the request',
    src('across/arena.ts'),
    '`self/fd/${this.#writeFd}`, 0, procFd',
    '`self/fd/${this.#writeFd}`, 2, procFd',
    suites('isolation/isolation'),
  ),
  slip(
    'what a template holds is a gift to its jobs',
    src('children/memory-guard.ts'),
    '+ forkedWith - heldByTemplate;',
    '+ forkedWith;',
    suites('isolation/memory'),
  ),
  slip(
    'jobs keep the groups of their user',
    src('across/job-user.ts'),
    '  leaveGroups();\n',
    '',
    suites('isolation/job-user'),
  ),
  slip(
    'a job could become its worker again',
    src('across/job-user.ts'),
    '  setGroupIds(allIds(user.id));\n  setUserIds(allIds(user.id));',
    '',
    suites('isolation/exact', 'isolation/job-user'),
  ),
];
