import { environments } from '../../environments';
import { parseEnvironments } from '../../environments/schema';
import { build, only } from './manifests';

/** Service → seconds between two looks at AWS, as the ACK controllers are installed. */
const periods = only(build('self-managed'), 'ApplicationSet', 'ack-controllers').spec.generators.flatMap(
  ({ list }) => (list?.elements ?? []) as { readonly service: string; readonly resyncSeconds: number }[],
);

describe.each(parseEnvironments(environments))('$name', ({ resyncSeconds }) => {
  test.each(periods)('has its wish how soon drift in $service is repaired', ({ service, resyncSeconds: period }) => {
    const { others, ...own } = resyncSeconds;
    const wish = (own as Readonly<Record<string, number | undefined>>)[service] ?? others;
    expect(period).toBeLessThanOrEqual(wish);
  });
});
