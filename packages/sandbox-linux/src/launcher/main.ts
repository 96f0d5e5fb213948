/**
 * The launcher: a small Node process of its own between the caller and the sandbox. It reads one request from
 * descriptor 3 and needs no event loop. Started by spawn/spawn-sandboxed.ts and probe/probe.ts.
 */
import { exitNow, NR, setCloseOnExec, sys3, writeAll } from '@pvf/linux';
import { CLOSE_RANGE_CLOEXEC } from '@pvf/linux/constants';
import { probeHere } from '../probe/probe-here.ts';
import { receive } from './messages.ts';
import { CONTROL_FD, type LauncherRequest, PROBE_COMMAND } from './protocol.ts';
import { runSandbox } from './run.ts';
import { ignoreSignals } from './signals.ts';

/** SIGINT and SIGQUIT: a terminal sends them to the program as well. */
const FROM_TERMINAL = [2, 3];

if (process.argv[2] === PROBE_COMMAND) {
  writeAll(1, Buffer.from(JSON.stringify(probeHere())));
} else {
  // The program is to inherit 0, 1 and 2 only; Node has made even these close on exec (uv_disable_stdio_inheritance).
  sys3(NR.close_range, CONTROL_FD, 0xffff_ffff, CLOSE_RANGE_CLOEXEC);
  for (let fd = 0; fd < CONTROL_FD; fd++) setCloseOnExec(fd, false);
  // Node's idle threads do not block them, and Ctrl-C is the program's to answer.
  ignoreSignals(FROM_TERMINAL);
  const request = receive(CONTROL_FD) as LauncherRequest | undefined;
  if (request !== undefined) runSandbox(request);
}
exitNow(0);
