import { readFileSync } from 'node:fs';
import { closeDescriptor, type OpenFile, openFiles } from '@pvf/linux';
import { O_CLOEXEC } from '@pvf/linux/constants';

const INFO = '/proc/self/fdinfo';
/** Standard input, output and error, which a host gives its workers on purpose. */
const STANDARD = 2;
/** What Node itself has open before a program opens anything: event loops, and what wakes them. */
const OF_NODE = /^anon_inode:\[(?:eventpoll|io_uring|eventfd)\]$/;
const PIPE = /^pipe:\[\d+\]$/;

/**
 * Closes what the host, or who started it, left open for programs that it starts (descriptors without `O_CLOEXEC`): files,
 * sockets and pipes that are nobody's business here, and that would hold locks and ports of a host that has gone. To be
 * called before the worker opens anything of its own. Where /proc cannot be read, nothing is closed; jobs close all
 * descriptors in any case.
 */
export function closeInherited(): void {
  for (const fd of inheritedDescriptors()) closeDescriptor(fd);
}

function inheritedDescriptors(): readonly number[] {
  let open: readonly OpenFile[];
  try {
    open = openFiles().filter(({ fd }) => fd > STANDARD);
  } catch {
    return [];
  }
  // Node's pipes have both of their ends in this process.
  const isPipe = ({ link }: OpenFile): boolean =>
    PIPE.test(link) && open.filter((each) => each.link === link).length > 1;
  // Node closes all of its own on exec, and what it finds at low numbers.
  const isOfNode = (file: OpenFile): boolean =>
    (OF_NODE.test(file.link) || isPipe(file)) && closesOnExec(file.fd);
  return open.filter((file) => !isOfNode(file)).map(({ fd }) => fd);
}

function closesOnExec(fd: number): boolean {
  let info: string;
  try {
    info = readFileSync(`${INFO}/${fd}`, 'latin1');
  } catch {
    // Nobody can tell: what looks like one of Node's stays.
    return true;
  }
  const [, flags = '0'] = /^flags:\s+(\d+)$/m.exec(info) ?? [];
  return (Number.parseInt(flags, 8) & O_CLOEXEC) !== 0;
}
