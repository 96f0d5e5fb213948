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
/** Artifacts that need not be verified again, where there are few descriptors. */
const LEAST_REMEMBERED = 8;

/** What this worker's templates may take up in all. @param given by the host, in bytes */
export function templateLimits(given: number | undefined): BudgetLimits {
  const byItself = Math.min(MOST_BY_ITSELF_BYTES, Math.floor(memoryBytes() * SHARE_OF_MEMORY));
  raiseDescriptors();
  return {
    bytes: given ?? byItself,
    templates: mostTemplates(),
    fromUse: given === undefined ? FROM_USE_BY_ITSELF : 1,
  };
}

/**
 * Artifacts whose files stay open, those that were given last: as many as there may be templates. Hosts are told
 * (`asks-for-artifacts`), and give each file once for as long as it is among them.
 */
export function rememberedArtifacts(): number {
  return Math.max(LEAST_REMEMBERED, mostTemplates());
}

function mostTemplates(): number {
  const descriptors = Math.floor((descriptorLimits().wanted - OTHER_DESCRIPTORS) / DESCRIPTORS_EACH);
  return Math.max(0, Math.min(MAX_TEMPLATES, descriptors));
}

/** Of the machine, or of the control group if that allows less. */
function memoryBytes(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

/** Up to what the host lets this process have. */
function raiseDescriptors(): void {
  const { soft, hard, wanted } = descriptorLimits();
  if (wanted > soft) setResourceLimit('NOFILE', wanted, hard);
}

function descriptorLimits(): { soft: number; hard: number; wanted: number } {
  const { soft, hard } = getResourceLimit('NOFILE');
  const enough = Math.min(hard, OTHER_DESCRIPTORS + MAX_TEMPLATES * DESCRIPTORS_EACH);
  return { soft, hard, wanted: Math.max(soft, enough) };
}
