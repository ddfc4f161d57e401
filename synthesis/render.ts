import { App, Yaml } from 'cdk8s';

import type { Environment } from '../environments/schema';
import { environmentCharts } from '../charts';
import type { Manifest } from './manifest';
import { withSyncWaves } from './waves';

/** One environment as it goes into dist/. */
export interface Rendered {
  readonly env: Environment;
  readonly manifests: readonly Manifest[];
  /** Path below dist/ → content. */
  readonly files: ReadonlyMap<string, string>;
}

/** Builds an environment's charts. The same environment gives the same bytes. */
export function render(env: Environment): Rendered {
  // cdk8s' own App.synth is not used: it writes files at once, and we check everything first.
  const charts = environmentCharts(new App(), env);
  const perChart = charts.map((chart) => ({ id: chart.node.id, manifests: chart.toJson() as Manifest[] }));
  const manifests = withSyncWaves(perChart.flatMap((chart) => chart.manifests));

  const files = new Map<string, string>();
  let next = 0;
  for (const chart of perChart) {
    const own = manifests.slice(next, (next += chart.manifests.length));
    files.set(`${env.name}/${chart.id}.k8s.yaml`, Yaml.stringify(...own.map(sortKeys)));
  }
  return { env, manifests, files };
}

/** Sorted here, and not only by cdk8s, which an environment variable can stop from sorting. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sortKeys(child)]));
}
