import * as fs from 'node:fs';
import * as path from 'node:path';
import { definedKind, platformKinds } from '../../../sandbox/parts/kinds';
import { checkout } from '../../../sandbox/state/folder';

const crds = path.join(checkout, 'controllers', 'config', 'crd');
const files = ['bases', 'standins'].flatMap((folder) =>
  fs.readdirSync(path.join(crds, folder)).map((file) => path.join(crds, folder, file)),
);

test.each(files)('%s defines a kind that the project admits', (file) => {
  const defined = definedKind(fs.readFileSync(file, 'utf8'));
  expect(defined).toBeDefined();
  expect(platformKinds().get(defined?.group ?? '')).toContain(defined?.kind);
});

test('other objects define no kind', () => {
  expect(definedKind('apiVersion: v1\nkind: ConfigMap\ndata:\n  group: x\n')).toBeUndefined();
});
