import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { all, argocd, build, kustomize, only, overlays, parseManifests, read, type Manifest } from './manifests';

const url = 'https://github.com/Aysticky/sanders-customer-platform-gitops.git';

/** The repository's URL in all places where Argo CD wants it. */
function urls(manifests: readonly Manifest[]): string[] {
  const { spec } = only(manifests, 'ApplicationSet', 'sanders-environments');
  return [
    ...only(manifests, 'AppProject', 'sanders').spec.sourceRepos,
    ...spec.generators.map(({ git }) => git?.repoURL ?? 'not a git generator'),
    spec.template.spec.source.repoURL,
    // Our controller's, where there is one.
    ...all(manifests, 'Application').map((m) => m.spec.source.repoURL),
    ...all(manifests, 'AppProject')
      .filter((m) => m.metadata.name === 'sanders-controller')
      .flatMap((m) => m.spec.sourceRepos),
  ];
}

test('stands in one place', () => {
  const files = fs.readdirSync(argocd, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
  const places = files.flatMap((file) =>
    read(path.join(argocd, file))
      .split('\n')
      .filter((line) => line.includes('sanders-customer-platform-gitops')),
  );
  expect(places).toHaveLength(1);
});

test.each(overlays)('is filled in everywhere by overlay %s', (overlay) => {
  expect(urls(build(overlay))).toEqual(Array(overlay === 'self-managed' ? 5 : 3).fill(url));
});

describe('an overlay that patches that place', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'overlay-'));
  afterAll(() => {
    fs.rmSync(folder, { recursive: true });
  });

  test('changes all of them', () => {
    const other = 'file:///srv/platform.git';
    fs.writeFileSync(
      path.join(folder, 'kustomization.yaml'),
      JSON.stringify({
        resources: [path.relative(folder, path.join(argocd, 'base'))],
        transformers: [path.relative(folder, path.join(argocd, 'repository'))],
        patches: [
          {
            target: { kind: 'ApplicationSet', name: 'sanders-environments' },
            patch: JSON.stringify([{ op: 'replace', path: '/spec/template/spec/source/repoURL', value: other }]),
          },
        ],
      }),
    );
    expect(urls(parseManifests(kustomize(folder)))).toEqual([other, other, other]);
  });
});
