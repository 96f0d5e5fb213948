import { totalmem } from 'node:os';
import { getResourceLimit, setResourceLimit } from '@pvf/linux';
import { type BudgetLimits, MAX_TEMPLATES } from '@pvf/protocol';

/** Without a word of the host: this share of the machine's memory, at most a GiB. */
const SHARE_OF_MEMORY = 1 / 16;
const MOST_BY_ITSELF_BYTES = 1024 ** 3;
/**
 * A host that says how much memory there is sends a PVF's candidates to the worker that has it loaded. Another one's
 * second candidate may go elsewhere, and its tests expect one process beside the worker while a first job runs.
 */
const FROM_USE_BY_ITSELF = 2;
/** Descriptors that a template takes: its pipes, its request memory, its listener and its artifact's file. */
const DESCRIPTORS_EACH = 10;
const OTHER_DESCRIPTORS = 96;

/** What this worker's templates may take up in all. @param given by the host, in bytes */
export function templateLimits(given: number | undefined): BudgetLimits {
  const byItself = Math.min(MOST_BY_ITSELF_BYTES, Math.floor(memoryBytes() * SHARE_OF_MEMORY));
  const descriptors = Math.floor((raiseDescriptors() - OTHER_DESCRIPTORS) / DESCRIPTORS_EACH);
  return {
    bytes: given ?? byItself,
    templates: Math.max(0, Math.min(MAX_TEMPLATES, descriptors)),
    fromUse: given === undefined ? FROM_USE_BY_ITSELF : 1,
  };
}

/** Of the machine, or of the control group if that allows less. */
function memoryBytes(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

/** Up to what the host lets this process have. */
function raiseDescriptors(): number {
  const { soft, hard } = getResourceLimit('NOFILE');
  const wanted = Math.min(hard, OTHER_DESCRIPTORS + MAX_TEMPLATES * DESCRIPTORS_EACH);
  if (wanted > soft) setResourceLimit('NOFILE', wanted, hard);
  return Math.max(soft, wanted);
}
