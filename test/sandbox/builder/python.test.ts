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

/** What a Python that is new enough does when it is asked for its version. */
const says = (version: string, code = 0) => `[ "$1" = -c ] && { echo ${version}; exit ${code}; }`;

/** Puts in place of Python what says and does the same as sandbox/aws/environment.py. */
function fakePython(script: string): void {
  const folder = temporaryFolder();
  const file = path.join(folder, 'python3.11');
  fs.writeFileSync(file, `#!/bin/sh\n${says('3.11.2')}\n${script}\n`, { mode: 0o700 });
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

const found: Record<string, { reason: string; names: Record<string, string>; want: string | RegExp }> = {
  'the release of the pins': {
    reason: 'they were made with it',
    names: { python3: says('3.13.0'), 'python3.11': says('3.11.2') },
    want: 'python3.11',
  },
  'a newer one': { reason: 'any will do', names: { python3: says('3.14.1') }, want: 'python3' },
  'one under its own name': {
    reason: 'python3 may be the old one of the system',
    names: { python3: says('3.9.2', 1), 'python3.12': says('3.12.1') },
    want: 'python3.12',
  },
  'none that is new enough': {
    reason: 'what was found is told',
    names: { python3: says('3.9.2', 1), python: says('2.7.18', 1) },
    want: /needed, found python3 is 3\.9\.2, python is 2\.7\.18/,
  },
  'one that is only a name': {
    reason: 'pyenv has one for each release that it could switch to',
    names: { 'python3.12': 'echo "pyenv: not found" >&2; exit 127' },
    want: /needed, found none/,
  },
  none: { reason: 'a bare machine', names: {}, want: /needed, found none/ },
};

test.each(Object.entries(found))('of the Pythons on PATH it takes %s', async (_, { names, want }) => {
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(names)) {
    fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\necho ${name}\n`, { mode: 0o700 });
  }
  process.env['PATH'] = folder;
  if (typeof want === 'string') expect(await emulatorPython({})).toBe(want);
  else
    await expect(emulatorPython({})).rejects.toMatchObject({
      reason: 'python-missing',
      message: expect.stringMatching(want),
    });
});
