/** Panels about the state of the moment: queues, workers and jobs, the cache. */
import type { Artifacts, Status } from '../api/types.ts';
import type { EndedWorker } from '../model/store.ts';
import { kindWord } from '../words/outcomes.ts';
import { oneLine } from '../words/printable.ts';
import { clock, count, percent, plural, shortHash, size } from '../words/units.ts';
import { Badge, Empty, Facts, Meter, Panel } from './parts.tsx';

const KINDS = ['dispute', 'approval', 'backing-system', 'backing'] as const;

/** Who waits, the most urgent first. */
export function QueuesPanel({ status }: { readonly status: Status }) {
  const { queued } = status.execute;
  const rows: [string, number][] = [
    ...KINDS.map((kind): [string, number] => [kindWord(kind), queued[kind]]),
    ['PVFs to prepare', status.prepare.queued],
  ];
  const most = Math.max(1, ...rows.map(([, waiting]) => waiting));
  const all = rows.reduce((sum, [, waiting]) => sum + waiting, 0);
  return (
    <Panel
      title="Queues"
      span="third"
      note={all === 0 ? 'Nothing waits.' : `${plural(all, 'job waits', 'jobs wait')}; disputes go first.`}
    >
      <table class="bars">
        <caption class="visually-hidden">Jobs that wait, by kind</caption>
        <thead class="visually-hidden">
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Waiting</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, waiting]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <span class="bar-row">
                  <span class="bar" aria-hidden="true">
                    <span
                      class="bar-fill"
                      hidden={waiting === 0}
                      style={{ inlineSize: `${(waiting / most) * 100}%` }}
                    />
                  </span>
                  <span class="bar-value">{count(waiting)}</span>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

/** Processes and jobs, and the workers that ended last. */
export function WorkersPanel({
  status,
  ended,
}: {
  readonly status: Status;
  readonly ended: readonly EndedWorker[];
}) {
  const { prepare, execute } = status;
  const rows: [string, string, string, string][] = [
    ['Prepare', count(prepare.workers), '–', count(prepare.running)],
    ['Execute', count(execute.workers), count(execute.templates), count(execute.running)],
  ];
  return (
    <Panel
      title="Workers, templates and jobs"
      span="third"
      note="A template is a PVF that is loaded already; a job is a process for one preparation or one block."
    >
      <table>
        <caption class="visually-hidden">Processes of this host right now</caption>
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col" class="number">
              Workers
            </th>
            <th scope="col" class="number">
              Templates
            </th>
            <th scope="col" class="number">
              Jobs now
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...values]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {values.map((value, i) => (
                <td key={i} class="number">
                  {value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <h3 class="spaced">Workers that ended</h3>
      {ended.length === 0 ? (
        <p class="soft">None since this page was opened.</p>
      ) : (
        <ul class="lines">
          {ended.slice(0, 4).map((worker) => (
            <li key={worker.id}>
              <span class="soft">{clock(worker.at)}</span> {worker.worker} worker {worker.pid},{' '}
              {plural(worker.jobs, 'job')}: <span class="guest-inline">{oneLine(worker.reason, 60)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** What is prepared, and how often that was of use. */
export function CachePanel({
  status,
  artifacts,
}: {
  readonly status: Status;
  readonly artifacts: Artifacts | undefined;
}) {
  const { prepared, preparing, failed, bytes, hits, misses, evicted, lost } = status.artifacts;
  const asked = hits + misses;
  return (
    <Panel
      title="Artifact cache"
      span="third"
      note="Prepared PVFs on disk: a hit means that nothing had to be compiled."
    >
      <Meter
        name="Hit rate"
        used={asked === 0 ? undefined : hits}
        limit={asked === 0 ? undefined : asked}
        tone="good"
      />
      <Facts
        facts={[
          ['Prepared', `${count(prepared)} (${size(bytes)})`],
          ['In work', count(preparing)],
          ['Cannot be prepared', failed === 0 ? '0' : <Badge tone="blocked">{count(failed)}</Badge>],
          [
            'Hits, misses',
            `${count(hits)}, ${count(misses)} (${percent(asked === 0 ? undefined : hits / asked)} hits)`,
          ],
          ['Evicted, lost', `${count(evicted)}, ${count(lost)}`],
        ]}
      />
      <ArtifactList artifacts={artifacts} />
    </Panel>
  );
}

const LISTED = 50;

function ArtifactList({ artifacts }: { readonly artifacts: Artifacts | undefined }) {
  if (artifacts === undefined) return null;
  const newest = [...artifacts.artifacts].sort((a, b) => b.usedAt.localeCompare(a.usedAt)).slice(0, LISTED);
  return (
    <details>
      <summary>Artifacts, the last used first</summary>
      {newest.length === 0 ? (
        <Empty>Nothing is prepared yet.</Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: wide tables scroll, also by keyboard
        <section class="scroll" aria-label="Artifacts" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Code hash</th>
                <th scope="col" class="number">
                  Size
                </th>
                <th scope="col" class="number">
                  Last used
                </th>
              </tr>
            </thead>
            <tbody>
              {newest.map(({ codeHash, prepHash, engine, bytes, usedAt }) => (
                <tr key={`${codeHash}${prepHash}${engine}`}>
                  <th scope="row">
                    <code title={codeHash}>{shortHash(codeHash)}</code>
                  </th>
                  <td class="number">{size(bytes)}</td>
                  <td class="number">{clock(Date.parse(usedAt))}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {artifacts.artifacts.length > LISTED ? (
            <p class="soft">and {count(artifacts.artifacts.length - LISTED)} more</p>
          ) : null}
        </section>
      )}
    </details>
  );
}
