// What a PromQL expression asks for, by the parser of Prometheus' own editor.
import { parser } from '@prometheus-io/lezer-promql';

/** What Grafana puts in before Prometheus sees it. */
const VARIABLES = [
  [/\$__rate_interval/g, '5m'],
  [/\$instance/g, '.*'],
];

/**
 * @returns `{ selectors: [{ metric, labels: [{ name, operator, value }] }], grouped: [label], broken: [text that does not parse] }`
 */
export function read(expression) {
  const text = VARIABLES.reduce(
    (replaced, [variable, value]) => replaced.replaceAll(variable, value),
    expression,
  );
  const found = { selectors: [], grouped: [], broken: [] };
  const textOf = ({ from, to }) => text.slice(from, to);
  parser.parse(text).iterate({
    enter: (node) => {
      if (node.type.isError) found.broken.push(`${text.slice(0, node.from)}⟂${text.slice(node.from)}`);
      if (node.name === 'VectorSelector')
        found.selectors.push({
          metric: textOf(node.node.getChild('Identifier') ?? node),
          labels: node.node.getChild('LabelMatchers')
            ? matchersIn(node.node.getChild('LabelMatchers'), textOf)
            : [],
        });
      if (node.name === 'GroupingLabels')
        found.grouped.push(...node.node.getChildren('LabelName').map((label) => textOf(label)));
    },
  });
  return found;
}

function matchersIn(matchers, textOf) {
  return ['UnquotedLabelMatcher', 'QuotedLabelMatcher'].flatMap((kind) =>
    matchers.getChildren(kind).map((matcher) => ({
      name: textOf(matcher.getChild('LabelName') ?? matcher.getChild('QuotedLabelName')),
      operator: textOf(matcher.getChild('MatchOp')),
      value: textOf(matcher.getChild('StringLiteral')).slice(1, -1),
    })),
  );
}

/**
 * A scrape as metrics, with the values that their labels have: name → label → values.
 * @returns {Map<string, Map<string, Set<string>>>}
 */
export function metricsIn(scrape) {
  const metrics = new Map();
  const add = (name) => {
    if (!metrics.has(name)) metrics.set(name, new Map());
    return metrics.get(name);
  };
  for (const line of scrape.split('\n')) {
    const [, declared] = /^# TYPE (\S+) /.exec(line) ?? [];
    if (declared !== undefined) add(declared);
    const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const values = add(name);
    for (const [, label, value] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      values.set(label, (values.get(label) ?? new Set()).add(value));
  }
  return metrics;
}
