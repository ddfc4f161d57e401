import * as fs from 'node:fs';
import * as path from 'node:path';
import { answersOk } from '../../../sandbox/process/checks';
import { type Failure, PartFailed, Stopped } from '../../../sandbox/process/failure';
import { Part, type PartEvent, type PartSpec, type PartState, backoffDelay } from '../../../sandbox/process/part';
import { isRunning } from '../../../sandbox/process/running';
import { type Behaviour, fake, freePort, temporaryFolder, until } from './fakes';

// Starting a process takes long on a machine that has much to do.
jest.setTimeout(120_000);

interface Subject {
  readonly part: Part;
  readonly events: PartEvent[];
  readonly file: string;
}

const parts: Part[] = [];
afterEach(async () => {
  await Promise.all(parts.splice(0).map((part) => part.stop()));
});

async function subject(behaviour: Behaviour, change: Partial<PartSpec> = {}): Promise<Subject> {
  const folder = temporaryFolder();
  const port = await freePort();
  const file = path.join(folder, 'file');
  const events: PartEvent[] = [];
  const spec: PartSpec = {
    name: 'fake',
    after: [],
    log: path.join(folder, 'fake.log'),
    command: fake(behaviour, port, file),
    check: answersOk(`http://127.0.0.1:${port}/`),
    stopGrace: 300,
    backoff: { first: 50, max: 200, reset: 60_000 },
    checkInterval: 50,
    ...change,
  };
  const part = new Part(spec, (event) => events.push(event));
  parts.push(part);
  return { part, events, file };
}

function pidOf(part: Part): number {
  if (part.state.kind !== 'ready') throw new Error(`not ready but ${part.state.kind}`);
  return part.state.child.pid;
}

async function failureOf(start: Promise<void>): Promise<Failure> {
  const error: unknown = await start.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PartFailed)) throw new Error(`not a PartFailed: ${String(error)}`);
  return error.failure;
}

describe('start', () => {
  test('is ready when the server answers its check', async () => {
    const { part, events } = await subject('serve');
    await part.start();
    expect(part.state.kind).toBe('ready');
    expect(isRunning(pidOf(part))).toBe(true);
    expect(events.map(({ kind }) => kind)).toEqual(['starting', 'ready']);
  });

  const failures: Record<string, { reason: string; behaviour: Behaviour; change?: Partial<PartSpec>; want: object }> = {
    'ended before it was ready': {
      reason: 'a wrong flag must show at once, with what the program said',
      behaviour: 'complain-and-exit',
      want: { kind: 'exited-early', exit: { code: 3 }, output: ['no such flag'] },
    },
    'did not answer in time': {
      reason: 'must not be mistaken for an early exit',
      behaviour: 'hang',
      change: { startTimeout: 500 },
      want: { kind: 'timed-out', lastCheck: expect.stringContaining('nothing listens there') as string },
    },
    'check that never comes back': {
      reason: 'a server that accepts and says nothing must not hold up the start',
      behaviour: 'hang',
      change: { startTimeout: 300, check: () => new Promise(() => undefined) },
      want: { kind: 'timed-out' },
    },
    'no such program': {
      reason: 'names the program instead of ENOENT',
      behaviour: 'serve',
      change: { command: { program: '/no/such/program', args: [], env: {}, cwd: '/' } },
      want: { kind: 'not-startable', reason: expect.stringContaining('/no/such/program') as string },
    },
  };
  test.each(Object.entries(failures))('%s', async (_, { behaviour, change, want }) => {
    const { part, events } = await subject(behaviour, change);
    const failure = await failureOf(part.start());
    expect(failure).toMatchObject(want);
    expect(part.state).toEqual({ kind: 'failed', failure });
    expect(events.map(({ kind }) => kind)).toEqual(['starting', 'failed']);
  });

  test('leaves nothing of a program that did not become ready', async () => {
    const { part, file } = await subject('leave-a-child', {
      startTimeout: 5_000,
      check: () => Promise.reject(new Error('never')),
    });
    expect(await failureOf(part.start())).toMatchObject({ kind: 'timed-out', lastCheck: 'never' });
    expect(isRunning(Number(fs.readFileSync(file, 'utf8')))).toBe(false);
  });

  test('is not ready because another server answers on its port', async () => {
    const other = await subject('serve');
    await other.part.start();
    const check = other.part.spec.check;
    const { part } = await subject('complain-and-exit', { check });
    const want = expect.stringContaining('another program answers') as string;
    expect(await failureOf(part.start())).toMatchObject({ kind: 'not-startable', reason: want });
  });
});

describe('stop', () => {
  test.each<[Behaviour, string]>([
    ['serve', 'ends at SIGTERM'],
    ['ignore-sigterm', 'is killed after the grace'],
  ])('%s %s', async (behaviour) => {
    const { part } = await subject(behaviour);
    await part.start();
    const pid = pidOf(part);
    await part.stop();
    expect(isRunning(pid)).toBe(false);
    expect(part.state.kind).toBe('stopped');
  });

  test('takes along the children that the program left', async () => {
    const { part, file } = await subject('leave-a-child');
    await part.start();
    const child = Number(fs.readFileSync(file, 'utf8'));
    expect(isRunning(child)).toBe(true);
    await part.stop();
    expect(isRunning(child)).toBe(false);
  });

  test('ends a start that is under way', async () => {
    const { part } = await subject('hang');
    const start = part.start();
    const ended = expect(start).rejects.toBeInstanceOf(Stopped);
    await part.stop();
    await ended;
    expect(part.state.kind).toBe('stopped');
  });

  test('may be called twice, and before the start', async () => {
    const { part } = await subject('serve');
    await Promise.all([part.stop(), part.stop()]);
    expect(part.state.kind).toBe('stopped');
  });

  test('is not followed by a restart', async () => {
    const { part, events } = await subject('serve-then-exit', { backoff: { first: 100, max: 100, reset: 60_000 } });
    await part.start();
    await until('it waits for its restart', () => part.state.kind === 'waiting');
    await part.stop();
    const before = events.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(events).toHaveLength(before);
    expect(part.state.kind).toBe('stopped');
  });
});

describe('a ready part', () => {
  test('is started again when it ends', async () => {
    const { part, events } = await subject('fail-once');
    await part.start();
    await until('ready again', () => events.filter(({ kind }) => kind === 'ready').length === 2);
    const [restarting] = events.filter((event) => event.kind === 'restarting');
    expect(restarting).toMatchObject({ failure: { kind: 'exited', exit: { code: 1 } }, wait: 50 });
    expect(part.restartCount).toBe(1);
  });

  test('that keeps ending, also with code 0, is started again after growing waits', async () => {
    const { events, part } = await subject('serve-then-exit');
    await part.start();
    const waits = () => events.flatMap((event) => (event.kind === 'restarting' ? [event.wait] : []));
    await until('four restarts', () => waits().length >= 4, 20_000);
    expect(waits().slice(0, 4)).toEqual([50, 100, 200, 200]);
  });

  test('that stops answering is reported once, and again when it answers', async () => {
    let reachable = true;
    const { part: other } = await subject('serve');
    const { check } = other.spec;
    const checkUnlessCut = (signal: AbortSignal) =>
      reachable ? check(signal) : Promise.reject(new Error('out of reach'));
    const { part, events } = await subject('serve', { command: other.spec.command, check: checkUnlessCut });
    await part.start();
    reachable = false;
    await until('silent', () => events.some(({ kind }) => kind === 'silent'));
    expect(part.state).toMatchObject({ kind: 'ready', silent: 'out of reach' });
    reachable = true;
    await until('answering', () => events.some(({ kind }) => kind === 'answering'));
    expect(part.state).toMatchObject({ kind: 'ready', silent: undefined });
    expect(events.map(({ kind }) => kind)).toEqual(['starting', 'ready', 'silent', 'answering']);
  });

  test('can be restarted, which is no failure', async () => {
    const { part, events } = await subject('serve');
    await part.start();
    const before = pidOf(part);
    await part.restart();
    expect(pidOf(part)).not.toBe(before);
    expect(isRunning(before)).toBe(false);
    expect(events.map(({ kind }) => kind)).toEqual(['starting', 'ready', 'starting', 'ready']);
  });
});

describe('a part that is', () => {
  /** How to get a part into each state, what start() and restart() then do, and where it is when it was stopped. */
  const states: Record<
    PartState['kind'],
    { behaviour: Behaviour; into?: (part: Part) => unknown; change?: Partial<PartSpec>; restarts?: boolean }
  > = {
    pending: { behaviour: 'serve' },
    starting: { behaviour: 'hang', into: begin },
    ready: { behaviour: 'serve', into: (part) => part.start(), restarts: true },
    ending: { behaviour: 'ignore-sigterm', into: (part) => part.start().then(() => void part.restart()) },
    waiting: {
      behaviour: 'serve-then-exit',
      into: (part) => part.start(),
      change: { backoff: { first: 60_000, max: 60_000, reset: 60_000 } },
    },
    stopping: { behaviour: 'ignore-sigterm', into: (part) => part.start().then(() => void part.stop()) },
    stopped: { behaviour: 'serve', into: (part) => part.stop() },
    failed: { behaviour: 'complain-and-exit', into: begin },
  };
  /** Begins a start whose end does not matter. */
  function begin(part: Part): void {
    part.start().catch(() => undefined);
  }

  async function partIn(kind: PartState['kind']): Promise<Subject> {
    const { behaviour, into, change } = states[kind];
    const it = await subject(behaviour, change);
    await into?.(it.part);
    await until(kind, () => it.part.state.kind === kind);
    return it;
  }
  const cases = Object.entries(states) as [PartState['kind'], (typeof states)['ready']][];

  test.each(cases)('%s cannot be started again', async (kind) => {
    const { part } = await partIn(kind);
    if (kind === 'pending') await part.start();
    else await expect(part.start()).rejects.toThrow(`start() in state ${kind}`);
  });

  test.each(cases)('%s and is asked to restart', async (kind, { restarts = false }) => {
    const { part, events } = await partIn(kind);
    const before = events.length;
    await part.restart();
    expect(events.slice(before).map((event) => event.kind)).toEqual(restarts ? ['starting', 'ready'] : []);
  });

  test('ending by itself and is asked to restart starts once', async () => {
    const { part, events } = await subject('serve-then-exit');
    await part.start();
    if (part.state.kind !== 'ready') throw new Error(part.state.kind);
    const asked = part.state.child.exited.then(async () => {
      const { kind } = part.state;
      await part.restart();
      return kind;
    });
    expect(await asked).toBe('ending');
    // Two processes would fight for the port.
    await until('ready again', () => events.filter((event) => event.kind === 'ready').length === 2);
    expect(events.map(({ kind }) => kind)).toEqual(['starting', 'ready', 'restarting', 'starting', 'ready']);
  });

  test.each(cases)('%s can be stopped, and nothing starts afterwards', async (kind) => {
    const { part, events } = await partIn(kind);
    await part.stop();
    const after = events.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(part.state.kind).toBe(kind === 'failed' ? 'failed' : 'stopped');
    expect(events).toHaveLength(after);
  });
});

test('backoffDelay doubles up to its maximum', () => {
  const backoff = { first: 500, max: 15_000, reset: 0 };
  expect([0, 1, 2, 5, 50].map((restarts) => backoffDelay(backoff, restarts))).toEqual([
    500, 1000, 2000, 15_000, 15_000,
  ]);
});
