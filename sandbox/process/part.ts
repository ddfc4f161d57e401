import { setTimeout } from 'node:timers/promises';
import { Child, type Command } from './child';
import { impossible } from '../impossible';
import { type Failure, PartFailed, Stopped } from './failure';

/** A server to keep running. Times are milliseconds. */
export interface PartSpec {
  readonly name: string;
  /** Names of what must be up before it starts. */
  readonly after: readonly string[];
  /** Where it listens, for people. @default - nowhere */
  readonly port?: number;
  /** Its log file. */
  readonly log: string;
  readonly command: Command;
  /** Resolves when the server answers as it should; rejects with the reason why it does not. Called until it resolves. */
  readonly check: (signal: AbortSignal) => Promise<void>;
  /** How long it may take to become ready. @default 120_000 */
  readonly startTimeout?: number;
  /** How long it may take to end after SIGTERM. @default 10_000 */
  readonly stopGrace?: number;
  /** The waits between restarts. @default - 0.5 s, doubling up to 15 s */
  readonly backoff?: Backoff;
  /** How often it is asked for its check while it is ready. @default 5_000 */
  readonly checkInterval?: number;
  /** Parts whose return from an outage makes it start anew: it would go on waiting on its own. @default - none */
  readonly restartAfterOutageOf?: readonly string[];
}

/** The wait before the n-th restart in a row: `first`, doubled each time up to `max`. A run of `reset` starts over. */
export interface Backoff {
  readonly first: number;
  readonly max: number;
  readonly reset: number;
}

const usual: Backoff = { first: 500, max: 15_000, reset: 60_000 };

/** The wait before a restart, given how many came before it in a row. */
export function backoffDelay({ first, max }: Backoff, restartsBefore: number): number {
  return Math.min(max, first * 2 ** restartsBefore);
}

/**
 * Where a part is in its life; each state holds only what is true in it.
 *
 *                  ┌──────────────── restart() asked for it ────────────────┐
 *                  ▼                                                        │
 *     pending ─► starting ──answers its check──► ready ──ends, restart()──► ending
 *                  │ │ ▲                                                    │
 *      first start │ │ └──the wait is over──┐                               │ it ended by itself
 *            fails │ │                      │                               │
 *                  │ └──later one fails──► waiting ◄────────────────────────┘
 *                  ▼
 *                failed                    all but failed ──stop()──► stopping ──► stopped
 */
export type PartState =
  | { readonly kind: 'pending' }
  /** `child` settles when the program is spawned, or cannot be. */
  | { readonly kind: 'starting'; readonly child: Promise<Child> }
  /** `silent` is why it does not answer its check any more; it is not set while it answers. */
  | { readonly kind: 'ready'; readonly child: Child; readonly since: number; readonly silent?: string }
  /** Its process ends or has ended: `gone` settles when nothing that it left runs either. `failure` unless it was asked to. */
  | { readonly kind: 'ending'; readonly gone: Promise<unknown>; readonly failure?: Failure }
  /** It failed and is started again at `until`. */
  | { readonly kind: 'waiting'; readonly failure: Failure; readonly until: number; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'stopping'; readonly done: Promise<void> }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** What happens to a part. Times are milliseconds. */
export type PartEvent = { readonly part: string; readonly at: number } & (
  | { readonly kind: 'starting'; readonly restarts: number }
  /** It has started. `restarts` is how often it had been started before. */
  | { readonly kind: 'ready'; readonly took: number; readonly restarts: number }
  /** It is ready, but does not answer its check any more. */
  | { readonly kind: 'silent'; readonly reason: string }
  /** It was silent and answers again. */
  | { readonly kind: 'answering'; readonly after: number }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'restarting'; readonly failure: Failure; readonly wait: number }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'stopped' }
);

type Happening = PartEvent extends infer E ? (E extends PartEvent ? Omit<E, 'part' | 'at'> : never) : never;

/** Pause between two checks of a starting part. */
const checkEvery = 100;
/** A check that takes longer has failed. */
const checkTimeout = 5_000;

/**
 * Keeps one server running: starts it, waits until it is ready, starts it again with growing waits when it ends, and
 * stops it with all its children. The first start is different: if it fails there is no second try, because what
 * is wrong then (a flag, a port, a file) is wrong for good.
 */
export class Part {
  private current: PartState = { kind: 'pending' };
  private restarts = 0;
  /** Restarts since it last ran for long. */
  private inARow = 0;
  private readonly backoff: Backoff;

  constructor(
    readonly spec: PartSpec,
    private readonly onEvent: (event: PartEvent) => void,
  ) {
    this.backoff = spec.backoff ?? usual;
  }

  get name(): string {
    return this.spec.name;
  }

  get after(): readonly string[] {
    return this.spec.after;
  }

  get state(): PartState {
    return this.current;
  }

  /** How often it was started again since `start`. */
  get restartCount(): number {
    return this.restarts;
  }

  /**
   * Starts it; resolves when it is ready.
   *
   * @throws PartFailed when it does not become ready
   * @throws Stopped when `stop` came first
   */
  async start(): Promise<void> {
    if (this.current.kind !== 'pending') throw this.unexpected('start()');
    const failure = await this.run();
    if (!failure) return;
    this.current = { kind: 'failed', failure };
    this.emit({ kind: 'failed', failure });
    throw new PartFailed(this.name, failure, this.spec.log);
  }

  /** Stops it for good, whatever it is doing; resolves when nothing of it is left. */
  async stop(): Promise<void> {
    const state = this.current;
    switch (state.kind) {
      case 'starting':
        this.emit({ kind: 'stopping' });
        return this.end(
          state.child.then(
            (child) => child.stop(this.stopGrace),
            () => undefined,
          ),
        );
      case 'ready':
        this.emit({ kind: 'stopping' });
        return this.end(state.child.stop(this.stopGrace));
      case 'ending':
        this.emit({ kind: 'stopping' });
        return this.end(state.gone);
      case 'waiting':
        clearTimeout(state.timer);
        return this.end();
      case 'pending':
        return this.end();
      case 'stopping':
        return state.done;
      case 'stopped':
      case 'failed':
        return;
      default:
        impossible(state);
    }
  }

  /** Ends the process and starts it again at once: for a program that reads something only at its start. */
  async restart(): Promise<void> {
    const state = this.current;
    switch (state.kind) {
      case 'ready': {
        const gone = state.child.stop(this.stopGrace);
        this.current = { kind: 'ending', gone };
        await gone;
        if (this.isStopped()) return;
        this.restarts += 1;
        return this.runAgain();
      }
      // It is about to start anyway.
      case 'pending':
      case 'starting':
      case 'ending':
      case 'waiting':
        return;
      case 'stopping':
      case 'stopped':
      case 'failed':
        return;
      default:
        impossible(state);
    }
  }

  private async end(work: Promise<unknown> = Promise.resolve()): Promise<void> {
    const done = work.then(() => {
      this.current = { kind: 'stopped' };
      this.emit({ kind: 'stopped' });
    });
    this.current = { kind: 'stopping', done };
    return done;
  }

  /**
   * One run up to readiness. Returns why it failed, with nothing of it left.
   *
   * @throws Stopped when `stop` came first
   */
  private async run(): Promise<Failure | undefined> {
    // Asked beforehand, because afterwards nobody could tell another server's answer from ours.
    const spawned = this.ask(AbortSignal.timeout(1_000)).then((answer) => {
      this.throwIfStopped();
      if (answer === undefined) throw new Error('another program answers in its place already; stop that one');
      return Child.start(this.spec.command, this.spec.log);
    });
    this.current = { kind: 'starting', child: spawned };
    this.emit({ kind: 'starting', restarts: this.restarts });
    let child: Child;
    try {
      child = await spawned;
    } catch (error) {
      this.throwIfStopped();
      return { kind: 'not-startable', reason: notStartable(this.spec.command, error) };
    }
    this.throwIfStopped();
    const outcome = await this.untilReady(child);
    this.throwIfStopped();
    if (outcome === 'ready') {
      this.current = { kind: 'ready', child, since: Date.now() };
      this.emit({ kind: 'ready', took: child.elapsed, restarts: this.restarts });
      void this.watch(child);
      void child.exited.then((exit) => {
        this.onExit(child, { kind: 'exited', exit, after: child.elapsed, output: child.lastLines() });
      });
      return undefined;
    }
    // Also after an early exit: it may have left children.
    await child.stop(this.stopGrace);
    this.throwIfStopped();
    return outcome;
  }

  /** Races three outcomes: it answers its check, it ends, or the time is over. */
  private async untilReady(child: Child): Promise<'ready' | Failure> {
    const over = new AbortController();
    const limit = this.spec.startTimeout ?? 120_000;
    const seen = { lastCheck: 'it was not asked yet' };
    const exited = child.exited.then((exit): Failure => {
      return { kind: 'exited-early', exit, after: child.elapsed, output: child.lastLines() };
    });
    const timer = globalThis.setTimeout(() => {
      over.abort();
    }, limit);
    const checked = this.checkUntil(over.signal, seen).then((answers): 'ready' | Failure => {
      if (answers) return 'ready';
      return { kind: 'timed-out', after: child.elapsed, lastCheck: seen.lastCheck, output: child.lastLines() };
    });
    try {
      return await Promise.race([exited, checked]);
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }

  private async checkUntil(over: AbortSignal, seen: { lastCheck: string }): Promise<boolean> {
    while (isPending(over)) {
      const answer = await this.ask(over);
      if (answer === undefined) return true;
      // The check that was cut off by the end of the time says nothing new.
      if (isPending(over)) seen.lastCheck = answer;
      await pause(checkEvery, over);
    }
    return false;
  }

  /** Asks a ready part now and then; what is told are the changes, not the answers. */
  private async watch(child: Child): Promise<void> {
    const over = new AbortController();
    void child.exited.then(() => {
      over.abort();
    });
    let failures = 0;
    let silentSince: number | undefined;
    for (;;) {
      await pause(this.spec.checkInterval ?? 5_000, over.signal);
      const answer = await this.ask(over.signal);
      if (over.signal.aborted) return;
      const state = this.current;
      switch (state.kind) {
        case 'ready':
          break;
        // Its process is asked to end, and may be past answering.
        case 'ending':
        case 'stopping':
          return;
        case 'pending':
        case 'starting':
        case 'waiting':
        case 'stopped':
        case 'failed':
          throw this.unexpected('an answer to its check');
        default:
          impossible(state);
      }
      failures = answer === undefined ? 0 : failures + 1;
      // One answer may be late on a busy machine.
      if (answer !== undefined && failures === 2) {
        silentSince = Date.now();
        this.current = { ...state, silent: answer };
        this.emit({ kind: 'silent', reason: answer });
      } else if (answer === undefined && silentSince !== undefined) {
        this.current = { ...state, silent: undefined };
        this.emit({ kind: 'answering', after: Date.now() - silentSince });
        silentSince = undefined;
      }
    }
  }

  /** One check: why it failed, or undefined. */
  private async ask(over: AbortSignal): Promise<string | undefined> {
    const signal = AbortSignal.any([over, AbortSignal.timeout(checkTimeout)]);
    const cutOff = new Promise<never>((_, reject) => {
      const cut = () => {
        reject(new Error('no answer'));
      };
      if (signal.aborted) cut();
      signal.addEventListener('abort', cut);
    });
    try {
      await Promise.race([this.spec.check(signal), cutOff]);
      return undefined;
    } catch (error) {
      return reason(error);
    }
  }

  private onExit(child: Child, failure: Failure): void {
    const state = this.current;
    switch (state.kind) {
      case 'ready': {
        if (child.elapsed >= this.backoff.reset) this.inARow = 0;
        // Its orphans would hold its port or its data.
        const gone = child.stop(0);
        this.current = { kind: 'ending', gone, failure };
        void gone.then(() => {
          this.wait(failure);
        });
        return;
      }
      // It was asked to.
      case 'ending':
      case 'stopping':
      case 'stopped':
        return;
      case 'pending':
      case 'starting':
      case 'waiting':
      case 'failed':
        throw this.unexpected('the end of its process');
      default:
        impossible(state);
    }
  }

  /** Waits before it starts again. */
  private wait(failure: Failure): void {
    const state = this.current;
    switch (state.kind) {
      case 'starting':
      case 'ending':
        break;
      case 'stopping':
      case 'stopped':
        return;
      case 'pending':
      case 'ready':
      case 'waiting':
      case 'failed':
        throw this.unexpected('a failure');
      default:
        impossible(state);
    }
    const wait = backoffDelay(this.backoff, this.inARow);
    this.inARow += 1;
    this.restarts += 1;
    this.emit({ kind: 'restarting', failure, wait });
    const timer = globalThis.setTimeout(() => {
      void this.runAgain();
    }, wait);
    this.current = { kind: 'waiting', failure, until: Date.now() + wait, timer };
  }

  private async runAgain(): Promise<void> {
    try {
      const failure = await this.run();
      if (failure) this.wait(failure);
    } catch (error) {
      // Whoever stopped it reports that.
      if (!(error instanceof Stopped)) throw error;
    }
  }

  private get stopGrace(): number {
    return this.spec.stopGrace ?? 10_000;
  }

  /** Whether `stop` came while it was waited for something else. */
  private isStopped(): boolean {
    const state = this.current;
    switch (state.kind) {
      case 'starting':
      case 'ending':
        return false;
      case 'stopping':
      case 'stopped':
        return true;
      case 'pending':
      case 'ready':
      case 'waiting':
      case 'failed':
        throw this.unexpected('the next step of a start');
      default:
        return impossible(state);
    }
  }

  /** @throws Stopped when `stop` came while it was waited for something else */
  private throwIfStopped(): void {
    if (this.isStopped()) throw new Stopped(this.name);
  }

  private unexpected(what: string): Error {
    return new Error(`${this.name}: ${what} in state ${this.current.kind}`);
  }

  private emit(happening: Happening): void {
    this.onEvent({ ...happening, part: this.name, at: Date.now() });
  }
}

function notStartable({ program, cwd }: Command, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `${program}: no such program (or no folder ${cwd})`;
  if (code === 'EACCES') return `${program}: not executable`;
  return reason(error);
}

/** The text of an error and of what caused it: `fetch failed` alone says nothing. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** A signal may abort while somebody awaits, which the compiler does not know. */
function isPending(signal: AbortSignal): boolean {
  return !signal.aborted;
}

function pause(milliseconds: number, over: AbortSignal): Promise<void> {
  // Cut short is over, not failed.
  return setTimeout(milliseconds, undefined, { signal: over }).catch(() => undefined);
}
