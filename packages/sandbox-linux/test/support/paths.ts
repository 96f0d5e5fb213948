import { join } from 'node:path';
import { packagePath } from '../../../linux/test/support/paths.ts';

export { NODE } from '../../../linux/test/support/paths.ts';
export const PACKAGE = packagePath('sandbox-linux');
export const FIXTURES = join(PACKAGE, 'test', 'fixtures');
