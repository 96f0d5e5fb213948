import { join } from 'node:path';

/** The folder with the packages under test, and the Node that runs them: where they are, or copies (see stage.ts). */
const PACKAGES = process.env.LINUX_TEST_PACKAGES ?? join(import.meta.dirname, '..', '..', '..');
export const NODE = process.env.LINUX_TEST_NODE ?? process.execPath;

export const packagePath = (folder: string): string => join(PACKAGES, folder);
