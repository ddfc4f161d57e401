import { kindOf, serviceNamed, serviceOf } from './kinds';
import { idOf, type Manifest } from './manifest';
import { arnIndex, referencesOf } from './references';

const syncWave = 'argocd.argoproj.io/sync-wave';

/**
 * Gives every object of an environment its sync wave: how deep its references go. Argo CD creates a wave when the one
 * before is healthy, and deletes in reverse. So nothing waits out ACK's back-off for a reference that is not ready,
 * and nothing is deleted while something still uses it.
 *
 * References to objects that do not exist do not count here: synthesis/checks/references.ts reports them.
 *
 * @throws when references go round in a circle.
 */
export function withSyncWaves(manifests: readonly Manifest[]): Manifest[] {
  const findByArn = arnIndex(manifests);
  const byId = new Map(manifests.map((manifest) => [idOf(manifest), manifest]));
  const waves = new Map<string, number>();

  const waveOf = (id: string, manifest: Manifest, above: readonly string[]): number => {
    if (above.includes(id)) throw new Error(`references go round in a circle: ${[...above, id].join(' → ')}`);
    const known = waves.get(id);
    if (known !== undefined) return known;
    const depths = referencesOf(manifest, findByArn).map(({ target }) => {
      const next = target === undefined ? undefined : byId.get(target);
      if (target === undefined || next === undefined) return 0;
      const step = sharesWaves(next.kind) ? 0 : 1;
      return waveOf(target, next, [...above, id]) + step;
    });
    const wave = Math.max(0, ...depths);
    waves.set(id, wave);
    return wave;
  };

  return manifests.map((manifest) => ({
    ...manifest,
    metadata: {
      ...manifest.metadata,
      annotations: { ...manifest.metadata.annotations, [syncWave]: String(waveOf(idOf(manifest), manifest, [])) },
    },
  }));
}

/** Whether who refers to objects of a kind may be in the same wave: see Service.sharesWaves. */
function sharesWaves(kind: string): boolean {
  const service = serviceOf(kindOf(kind)?.group ?? '');
  return service !== undefined && serviceNamed(service).sharesWaves === true;
}
