import { closeDescriptor, closeIoUrings, duplicateTo, open, openFiles, sharedMappings } from '@pvf/linux';
import { O_WRONLY } from '@pvf/linux/constants';

const EVENT_DESCRIPTOR = 'anon_inode:[eventfd]';

/**
 * Leaves this process no memory that it would share with what it forks: libuv's io_uring queues go, through which a job
 * could have its worker act. For good; the event loops must not run any more.
 *
 * @throws Error if there is other shared memory: nothing may be forked then; SandboxError
 */
export function closeSharedMemory(): void {
  closeIoUrings();
  const left = sharedMappings().map(({ permissions, name }) => `${permissions} ${name}`);
  if (left.length > 0) throw new Error(`memory would be shared with jobs: ${left.join(', ')}`);
}

/**
 * Makes this process's event loops deaf: what wakes them up goes to /dev/null from now on. A worker never returns to
 * its event loop, but V8 still wakes it, for example when a garbage collection leaves something to tidy up. In a job
 * that had closed the descriptor libuv would abort (deps/uv/src/unix/async.c of Node 24: `uv__async_send`).
 *
 * @returns the descriptors, for jobs to keep; none when /proc cannot be read
 * @throws SandboxError when there is no /dev/null
 */
export function detachEventLoops(): readonly number[] {
  const descriptors = eventDescriptors();
  const sink = open('/dev/null', O_WRONLY);
  for (const descriptor of descriptors) duplicateTo(sink, descriptor);
  closeDescriptor(sink);
  return descriptors;
}

function eventDescriptors(): readonly number[] {
  try {
    return openFiles()
      .filter(({ link }) => link === EVENT_DESCRIPTOR)
      .map(({ fd }) => fd);
  } catch {
    return [];
  }
}
