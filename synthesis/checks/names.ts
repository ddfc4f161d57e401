import { platform, names } from '../../environments/schema';
import { idOf } from '../manifest';
import type { Check, Violation } from './violation';

/** RFC 1123, as Kubernetes wants the names of objects: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/. */
const dnsSubdomain = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** Names are DNS-valid and unique, everything is in the environment's namespace, and carries the platform's label. */
export const checkNames: Check = ({ env, manifests }) => {
  const seen = new Set<string>();
  const { namespace } = names(env);
  return manifests.flatMap((manifest) => {
    const id = idOf(manifest);
    const object = `${env.name} ${id}`;
    const { metadata, kind } = manifest;
    const violations: Violation[] = [];
    const add = (field: string, rule: string, fix: string) => violations.push({ object, field, rule, fix });

    if (!dnsSubdomain.test(metadata.name)) {
      add(
        'metadata.name',
        'must be a DNS name: lower case letters, digits, dashes and dots',
        'make the name with objectName() of charts/lib/chart.ts',
      );
    }
    if (seen.has(id))
      add('metadata.name', 'another object of this kind has the name', 'give one of the two another name');
    seen.add(id);

    const expected = kind === 'Namespace' ? undefined : namespace;
    if (metadata.namespace !== expected) {
      add(
        'metadata.namespace',
        `must be ${expected ?? 'absent'}, found ${metadata.namespace ?? 'nothing'}`,
        'make the object in an EnvironmentChart',
      );
    }
    if (metadata.labels?.['app.kubernetes.io/part-of'] !== platform) {
      add('metadata.labels', `app.kubernetes.io/part-of must be ${platform}`, 'make the object in an EnvironmentChart');
    }
    return violations;
  });
};
