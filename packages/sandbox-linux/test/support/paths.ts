import { join } from 'node:path';

/** The package and the Node that the tests run: where they are, or their copies (see stage.ts). */
export const PACKAGE = process.env.SANDBOX_LINUX_TEST_PACKAGE ?? join(import.meta.dirname, '..', '..');
export const NODE = process.env.SANDBOX_LINUX_TEST_NODE ?? process.execPath;
export const FIXTURES = join(PACKAGE, 'test', 'fixtures');
