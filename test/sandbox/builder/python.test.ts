import * as fs from 'node:fs';
import * as path from 'node:path';
import type { BuildEvent } from '../../../sandbox/builder/builder';
import { BuildFailure, type BuildFailureReason } from '../../../sandbox/builder/failure';
import { emulatorPython } from '../../../sandbox/builder/python';
import { temporaryFolder } from '../process/fakes';

const searchPath = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = searchPath;
});

/** Puts in place of Python what says and does the same as sandbox/aws/environment.py. */
function fakePython(script: string): void {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, 'python3.11'), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  process.env['PATH'] = `${folder}:${searchPath ?? ''}`;
}

async function kindsOf(script: string): Promise<{ python: string; kinds: BuildEvent['kind'][] }> {
  fakePython(script);
  const kinds: BuildEvent['kind'][] = [];
  const python = await emulatorPython({ onEvent: ({ kind }) => kinds.push(kind) });
  return { python, kinds };
}

test('an environment that is there is nothing to tell about', async () => {
  expect(await kindsOf('echo /cache/bin/python')).toEqual({ python: '/cache/bin/python', kinds: [] });
});

test('one that has to be made shows that it goes on', async () => {
  const { python, kinds } = await kindsOf('echo installing Python packages >&2; sleep 3; echo /cache/bin/python');
  expect(python).toBe('/cache/bin/python');
  expect([...new Set(kinds)]).toEqual(['preparing', 'installing', 'built']);
});

const failures: Record<string, { script: string; want: BuildFailureReason; says: RegExp }> = {
  'the index is out of reach': {
    script: 'echo "installing"; echo "[Errno 111] Connection refused" >&2; exit 1',
    want: 'offline',
    says: /environment\.py[^]*Connection refused[^]*network/,
  },
  'the disk is full': {
    script: 'echo "OSError: [Errno 28] No space left on device" >&2; exit 1',
    want: 'disk-full',
    says: /Free some space/,
  },
};

test.each(Object.entries(failures))('says that %s', async (_, { script, want, says }) => {
  const error: unknown = await kindsOf(script).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BuildFailure);
  expect((error as BuildFailure).reason).toBe(want);
  expect((error as BuildFailure).message).toMatch(says);
});

test('names Python when it is missing', async () => {
  process.env['PATH'] = temporaryFolder();
  await expect(emulatorPython({})).rejects.toMatchObject({ reason: 'python-missing' });
});
