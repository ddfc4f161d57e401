import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type BuildEvent, assetsFolder, build } from '../../../sandbox/builder/builder';
import type { Program } from '../../../sandbox/builder/catalog';
import { BuildFailure, type BuildFailureReason } from '../../../sandbox/builder/failure';
import { temporaryFolder } from '../process/fakes';

jest.setTimeout(120_000);

/** A Go module with one command that prints a word. */
function program(word: string, change: { readonly goMod?: string; readonly main?: string } = {}): Program {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, 'go.mod'), change.goMod ?? 'module example.test/hello\n\ngo 1.26.0\n');
  fs.writeFileSync(path.join(folder, 'go.sum'), '');
  const main =
    change.main ?? `package main\n\nimport "os"\n\nfunc main() { os.Stdout.WriteString(${JSON.stringify(word)}) }\n`;
  fs.writeFileSync(path.join(folder, 'main.go'), main);
  return { name: 'hello', folder, command: '.', cost: { packages: 1, seconds: 1 } };
}

async function run(
  subject: Program,
  cache: string,
  signal?: AbortSignal,
): Promise<{ binary: string; kinds: string[] }> {
  const kinds: string[] = [];
  const onEvent = ({ kind }: BuildEvent) => {
    if (kind !== 'compiling' && kind !== 'planned') kinds.push(kind);
  };
  const binaries = await build([subject], { cache, onEvent, signal });
  return { binary: binaries.get('hello') ?? '', kinds };
}

const output = (binary: string) => execFileSync(binary, { encoding: 'utf8' });

async function failureOf(work: Promise<unknown>): Promise<BuildFailure> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BuildFailure)) throw new Error(`not a BuildFailure: ${String(error)}`);
  return error;
}

test('builds once, and again only when a source changes', async () => {
  const cache = temporaryFolder();
  const subject = program('one');
  const first = await run(subject, cache);
  expect(first.kinds).toEqual(['preparing', 'built']);
  expect(output(first.binary)).toBe('one');

  expect(await run(subject, cache)).toEqual({ binary: first.binary, kinds: ['cached'] });

  const moved = program('one');
  expect((await run(moved, cache)).binary).toBe(first.binary);

  const changed = await run(program('two'), cache);
  expect(changed.kinds).toEqual(['preparing', 'built']);
  expect(output(changed.binary)).toBe('two');
});

test('a test, a hidden file and what a build puts out are no source', async () => {
  const cache = temporaryFolder();
  const subject = program('one');
  const { binary } = await run(subject, cache);
  fs.writeFileSync(path.join(subject.folder, 'main_test.go'), 'package main\n');
  fs.writeFileSync(path.join(subject.folder, '.editor'), '');
  fs.mkdirSync(path.join(subject.folder, 'build'));
  fs.writeFileSync(path.join(subject.folder, 'build', 'image.tar'), '');
  expect((await run(subject, cache)).binary).toBe(binary);
});

test('keeps the builds that were used last', async () => {
  const cache = temporaryFolder();
  const programs = Array.from({ length: 6 }, (_, index) => program(String(index)));
  const binaries: string[] = [];
  for (const subject of programs.slice(0, 5)) binaries.push((await run(subject, cache)).binary);
  // The first is used again, so that the second is the one to go.
  await run(program('0'), cache);
  binaries.push((await run(program('5'), cache)).binary);
  expect(binaries.map((binary) => fs.existsSync(binary))).toEqual([true, false, true, true, true, true]);
});

test('a command of another module is rebuilt when its pins change, not when a file beside them does', async () => {
  const cache = temporaryFolder();
  const subject = { ...program('one'), command: 'example.test/hello' };
  const { binary } = await run(subject, cache);
  fs.appendFileSync(path.join(subject.folder, 'main.go'), '// changed\n');
  expect((await run(subject, cache)).binary).toBe(binary);
  fs.appendFileSync(path.join(subject.folder, 'go.mod'), '// changed\n');
  expect((await run(subject, cache)).binary).not.toBe(binary);
});

test('tells from the start what it is going to build', async () => {
  const cache = temporaryFolder();
  const [first, second] = [program('one'), { ...program('two'), name: 'second' }];
  await build([first], { cache });
  const planned: string[] = [];
  const onEvent = (event: BuildEvent) => {
    if (event.kind === 'planned') planned.push(...event.programs.map(({ name }) => name));
  };
  await build([first, second], { cache, onEvent });
  await build([first, second], { cache, onEvent });
  expect(planned).toEqual(['second']);
});

test('the failure of one program interrupts the others, and is the one that is told', async () => {
  const cache = temporaryFolder();
  const broken = { ...program('', { main: 'package main\n\nfunc main() { nonsense }\n' }), name: 'broken' };
  const next = { ...program('next'), name: 'next', after: 'broken' };
  expect((await failureOf(build([broken, program('one'), next], { cache }))).message).toMatch(/undefined: nonsense/);
  expect(fs.readdirSync(path.join(cache, 'programs')).filter((name) => !name.startsWith('hello-'))).toEqual([]);
});

test('two at the same time build once', async () => {
  const cache = temporaryFolder();
  const subject = program('one');
  const both = await Promise.all([run(subject, cache), run(subject, cache)]);
  expect(both.map(({ kinds }) => kinds.at(-1)).sort()).toEqual(['built', 'cached']);
  expect(both[0].binary).toBe(both[1].binary);
  expect(fs.readdirSync(path.join(cache, 'programs'))).toHaveLength(1);
});

test('goes on after a build that was killed', async () => {
  const cache = temporaryFolder();
  const subject = program('one');
  const { binary } = await run(subject, cache);
  const folder = path.dirname(binary);
  // What such a build leaves: no finished folder, but a half-filled one and the lock of a process that is gone.
  fs.renameSync(folder, `${folder}.0badcafe.tmp`);
  fs.writeFileSync(`${folder}.lock`, '2147483646');
  expect((await run(subject, cache)).kinds).toEqual(['preparing', 'built']);
  expect(fs.readdirSync(path.join(cache, 'programs'))).toEqual([path.basename(folder)]);
});

test('an interrupted build leaves nothing, and the next one goes on', async () => {
  const cache = temporaryFolder();
  const subject = program('one');
  const interrupt = new AbortController();
  interrupt.abort();
  expect((await failureOf(run(subject, cache, interrupt.signal))).reason).toBe('interrupted');
  expect((await run(subject, cache)).kinds).toEqual(['preparing', 'built']);
});

const requires = 'module example.test/hello\n\ngo 1.26.0\n\nrequire example.test/other v1.0.0\n';
const imports = 'package main\n\nimport _ "example.test/other"\n\nfunc main() {}\n';

const failures: Record<
  string,
  { reason: string; subject: () => Program; env?: NodeJS.ProcessEnv; want: BuildFailureReason; says: RegExp }
> = {
  'does not compile': {
    reason: 'the compiler’s words and the command to try are shown',
    subject: () => program('', { main: 'package main\n\nfunc main() { nonsense }\n' }),
    want: 'compile',
    says: /go build[^]*undefined: nonsense/,
  },
  'cannot fetch a module': {
    reason: 'no network must not look like a fault in the code',
    subject: () => {
      const subject = program('', { goMod: requires, main: imports });
      const sum = 'h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
      fs.writeFileSync(
        path.join(subject.folder, 'go.sum'),
        `example.test/other v1.0.0 ${sum}\nexample.test/other v1.0.0/go.mod ${sum}\n`,
      );
      return subject;
    },
    env: { GOPROXY: 'off' },
    want: 'offline',
    says: /network/,
  },
  'has no go': {
    reason: 'names the tool',
    subject: () => program(''),
    env: { PATH: '/nowhere' },
    want: 'go-missing',
    says: /Install Go 1\.26/,
  },
  'is not there': {
    reason: 'names the file',
    subject: () => ({ ...program(''), folder: '/no/such/folder' }),
    want: 'source-missing',
    says: /\/no\/such\/folder\/go\.mod/,
  },
};

test.each(Object.entries(failures))('says why a program %s', async (_, { subject, env = {}, want, says }) => {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const cache = temporaryFolder();
    const failure = await failureOf(run(subject(), cache));
    expect(failure.reason).toBe(want);
    expect(failure.message).toMatch(says);
    expect(fs.existsSync(path.join(cache, 'programs')) ? fs.readdirSync(path.join(cache, 'programs')) : []).toEqual([]);
  } finally {
    process.env = before;
  }
});

test('the same binaries give the same assets folder, which links to them', async () => {
  const cache = temporaryFolder();
  const { binary } = await run(program('one'), cache);
  const binaries = new Map([['hello', binary]]);
  const folder = await assetsFolder(binaries, cache);
  expect(await assetsFolder(binaries, cache)).toBe(folder);
  expect(output(path.join(folder, 'hello'))).toBe('one');
});
