import * as fs from 'node:fs';
import * as path from 'node:path';
import { writeHooks } from '../../../sandbox/gitops/hooks';
import { Clone, namespace } from './clone';
import { temporaryFolder } from '../process/fakes';

/** A clone of a repository with the sandbox's hooks. */
async function hooked(): Promise<Clone> {
  const bare = path.join(temporaryFolder(), 'platform.git');
  const clone = Clone.make(bare);
  await writeHooks(bare, {
    branch: 'main',
    kubectl: clone.kubectl,
    kubeconfig: '/kube config',
    up: 'make up',
    accounts: ['120569615884', '222233334444'],
  });
  clone.kubectlDoes('exit 0');
  return clone;
}

const takes = 'Argo CD takes it from here: kubectl get applications --namespace argocd';

describe('a push', () => {
  const change = { 'dist/dev/storage.k8s.yaml': 'kind: Bucket\n' };
  const vanished =
    'echo \'Error from server (NotFound): applications.argoproj.io "sanders-dev" not found\' >&2; exit 1';
  const denied = 'echo "Error from server (Forbidden): not allowed" >&2';
  const cases: Record<string, { kubectl: string; says: string }> = {
    'that Argo CD is told of': { kubectl: 'exit 0', says: takes },
    'while an Application vanishes': {
      kubectl: `case "$*" in *" applications "*) ${vanished};; esac`,
      says: takes,
    },
    'while the sandbox is down': {
      kubectl: 'echo "The connection to the server 127.0.0.1:1 was refused" >&2; exit 1',
      says: 'The sandbox is not running: Argo CD syncs this after the next `make up`.',
    },
    'that the API server refuses to tell': {
      kubectl: `case "$*" in *annotate*) ${denied}; ${vanished};; esac`,
      says: 'Argo CD could not be told, and looks by itself within three minutes: Error from server (Forbidden): not allowed',
    },
  };
  test.each(Object.entries(cases))('%s', async (_, { kubectl, says }) => {
    const clone = await hooked();
    clone.kubectlDoes(kubectl);
    expect(clone.push(change)).toEqual({ code: 0, says });
    expect(clone.kubectlCalls).toContain('--kubeconfig=/kube config --namespace=argocd');
  });

  test('tells both kinds, and each push for itself', async () => {
    const clone = await hooked();
    clone.push(change);
    clone.push({ 'dist/a.yaml': 'once more' });
    expect(clone.kubectlCalls).toMatch(/annotate --all --overwrite applicationsets .*=true\n/);
    const requests = clone.kubectlCalls.match(/ applications .*=normal argocd.argoproj.io\/refresh-timestamp=\S+\n/g);
    expect(new Set(requests).size).toBe(2);
  });

  const dist: Record<string, { files: Record<string, string>; says: string }> = {
    'of charts and what is rendered of them': { files: { ...change, 'charts/a.ts': '// new' }, says: takes },
    'of charts only': {
      files: { 'charts/a.ts': '// new' },
      says:
        'dist/ did not change, and Argo CD reads nothing else. If something in AWS was to change: make synth, commit, push.\n' +
        takes,
    },
    'of words only': {
      files: { 'README.md': 'new' },
      says: `dist/ did not change: nothing changes in AWS.\n${takes}`,
    },
  };
  test.each(Object.entries(dist))('%s', async (_, { files, says }) => {
    const clone = await hooked();
    expect(clone.push(files)).toEqual({ code: 0, says });
  });

  test('to another branch than the one that Argo CD follows', async () => {
    const clone = await hooked();
    const before = clone.kubectlCalls;
    expect(clone.push(change, 'refs/heads/try')).toEqual({ code: 0, says: 'try is kept, but Argo CD follows main.' });
    expect(clone.kubectlCalls).toBe(before);
  });
});

describe('an environment in another account', () => {
  const elsewhere = { 'dist/six/namespace.k8s.yaml': namespace('eu-central-1', '111122223333') };

  test('is refused where controllers have no roles, with its name and what to do', async () => {
    const clone = await hooked();
    const { code, says } = clone.push(elsewhere);
    expect(code).toBe(1);
    expect(says).toMatch(
      /120569615884 222233334444\.[^]*\n {2}six: 111122223333\n[^]*make synth, commit, make down, make up, and push again\.$/,
    );
    expect(says).not.toMatch(/dev|Argo CD/);
  });

  test('is taken where they have, in any region', async () => {
    const clone = await hooked();
    const files = { 'dist/six/namespace.k8s.yaml': namespace('us-east-1', '222233334444') };
    expect(clone.push(files)).toEqual({ code: 0, says: takes });
  });

  test('is kept on other branches', async () => {
    const clone = await hooked();
    expect(clone.push(elsewhere, 'refs/heads/try').code).toBe(0);
  });

  test('that goes is not in the way', async () => {
    const clone = await hooked();
    clone.push(elsewhere);
    fs.rmSync(path.join(clone.root, 'dist', 'six'), { recursive: true });
    expect(clone.push({}).code).toBe(0);
  });
});
