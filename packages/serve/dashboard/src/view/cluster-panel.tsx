/** The cluster that the service watches, as its servers and agents tell it: their words are shown as text, on one line. */
import type { ComponentChildren } from 'preact';
import type { Cluster } from '../api/types.ts';
import { oneLine } from '../words/printable.ts';
import { clock, count, plural, size } from '../words/units.ts';
import { Badge, Empty, Facts, Meter, Notice, Panel } from './parts.tsx';

/** Stores that are fuller than that are told. */
const NEARLY_FULL = 0.8;

export function ClusterPanel({
  cluster,
  trouble,
}: {
  readonly cluster: Cluster | undefined;
  readonly trouble: string | undefined;
}) {
  return (
    <Panel
      title="Cluster"
      note="What its servers and agents say, a few seconds old at most. The host of this page takes no work from it."
      end={trouble === undefined ? null : <Badge tone="fault">Cannot be read</Badge>}
    >
      <div class="stack">
        {trouble === undefined ? null : (
          <Notice tone="fault" title="The cluster cannot be read now">
            <span>{oneLine(trouble, 300)}</span>
            {cluster === undefined ? null : (
              <span>What is shown is from {clock(Date.parse(cluster.at))}.</span>
            )}
          </Notice>
        )}
        {cluster === undefined && trouble === undefined ? <Empty>Reading the cluster …</Empty> : null}
        {cluster === undefined ? null : <Known cluster={cluster} />}
      </div>
    </Panel>
  );
}

function Known({ cluster }: { readonly cluster: Cluster }) {
  const { server, agents, waiting, leased, results, rate, runs, dead, stores } = cluster;
  const paused = agents.list.filter((agent) => agent.paused !== undefined).length;
  const of = server.cluster === undefined ? 'a single server' : `cluster ${oneLine(server.cluster, 64)}`;
  const full = stores.filter(({ bytes, limit = 0 }) => limit > 0 && bytes > NEARLY_FULL * limit);
  return (
    <div>
      <Facts
        facts={[
          ['Servers', `NATS ${oneLine(server.version, 50)}, ${of}`],
          [
            'Agents',
            paused === 0 ? (
              count(agents.total)
            ) : (
              <>
                {count(agents.total)}{' '}
                <Badge tone="fault">{`${plural(paused, 'takes', 'take')} nothing`}</Badge>
              </>
            ),
          ],
          ['Rate', `${rate.toFixed(1)} results a second`],
          ['Backlog', `${plural(waiting, 'job waits', 'jobs wait')}, agents have ${count(leased)}`],
          ['Results not fetched', count(results)],
          ['Dead letters', dead.total === 0 ? '0' : <Badge tone="bad">{count(dead.total)}</Badge>],
        ]}
      />
      {full.map(({ name, bytes, limit }) => (
        <Meter key={name} name={oneLine(name, 64)} used={bytes} limit={limit} show={size} />
      ))}
      <h3 class="spaced">Agents</h3>
      {agents.list.length === 0 ? (
        <p class="soft">None: start one with pvf cluster agent.</p>
      ) : (
        <AgentTable agents={agents} />
      )}
      {runs.list.length === 0 ? null : (
        <>
          <h3 class="spaced">Runs</h3>
          <RunTable runs={runs} />
        </>
      )}
      {dead.newest.length === 0 ? null : (
        <details>
          <summary>Jobs that no agent could answer, the newest first</summary>
          <ul class="lines">
            {dead.newest.map((name, i) => (
              <li key={i} class="guest-inline">
                {oneLine(name, 100)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function AgentTable({ agents: { total, list } }: { readonly agents: Cluster['agents'] }) {
  return (
    <Table
      name="Agents of the cluster"
      head={['Agent', 'Version', 'CPU', 'Running', 'Per second', 'Done', 'Failed']}
      numbers={4}
      more={total - list.length}
    >
      {list.map(({ id, running, slots, rate, done, failed, version, cpu, paused }, i) => (
        <tr key={i}>
          <th scope="row" class="guest-inline">
            {oneLine(id, 64)}
            {paused === undefined ? null : (
              <div>
                <Badge tone="fault">Takes nothing</Badge> {oneLine(paused, 300)}
              </div>
            )}
          </th>
          <td class="guest-inline">{oneLine(version, 50)}</td>
          <td class="guest-inline">{oneLine(cpu, 100)}</td>
          <td class="number">{`${count(running)} of ${count(slots)}`}</td>
          <td class="number">{rate.toFixed(1)}</td>
          <td class="number">{count(done)}</td>
          <td class="number">{failed === 0 ? '0' : <Badge tone="fault">{count(failed)}</Badge>}</td>
        </tr>
      ))}
    </Table>
  );
}

function RunTable({ runs: { total, list } }: { readonly runs: Cluster['runs'] }) {
  return (
    <Table
      name="Runs of the cluster"
      head={['Run', 'State', 'Version', 'Redundancy', 'Jobs']}
      numbers={2}
      more={total - list.length}
    >
      {list.map(({ name, jobs, redundancy, state, version }, i) => (
        <tr key={i}>
          <th scope="row" class="guest-inline">
            {oneLine(name, 64)}
          </th>
          <td class="guest-inline">{oneLine(state, 20)}</td>
          <td class="guest-inline">{oneLine(version, 50)}</td>
          <td class="number">{count(redundancy)}</td>
          <td class="number">{count(jobs)}</td>
        </tr>
      ))}
    </Table>
  );
}

/** @property numbers so many of the last columns hold numbers @property more entries that are not listed */
function Table({
  name,
  head,
  numbers,
  more,
  children,
}: {
  readonly name: string;
  readonly head: readonly string[];
  readonly numbers: number;
  readonly more: number;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: wide tables scroll, also by keyboard
    <section class="scroll" aria-label={name} tabIndex={0}>
      <table class="wide">
        <thead>
          <tr>
            {head.map((title, i) => (
              <th key={title} scope="col" class={i >= head.length - numbers ? 'number' : ''}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
      {more > 0 ? <p class="soft">and {count(more)} more</p> : null}
    </section>
  );
}
