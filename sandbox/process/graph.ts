import { Stopped } from './failure';
import type { PartEvent } from './part';

/** Something to bring up, after others and before others: a Part, or a Task. */
export interface Step {
  readonly name: string;
  /** Names of the steps that must be up before this one starts, and that stay up until it has stopped. */
  readonly after: readonly string[];
  start(): Promise<void>;
  /** Undoes `start`, also while that still runs, and when there was none. */
  stop(): Promise<void>;
}

/** A step that is done once and leaves nothing running. */
export class Task implements Step {
  private readonly over = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    readonly name: string,
    readonly after: readonly string[],
    private readonly work: (signal: AbortSignal) => Promise<void>,
    private readonly onEvent: (event: PartEvent) => void,
  ) {}

  async start(): Promise<void> {
    const started = Date.now();
    this.onEvent({ kind: 'starting', part: this.name, at: started, restarts: 0 });
    this.running = this.work(this.over.signal);
    await this.running;
    this.onEvent({ kind: 'ready', part: this.name, at: Date.now(), took: Date.now() - started, restarts: 0 });
  }

  async stop(): Promise<void> {
    this.over.abort();
    // `start` reports how it ended.
    await this.running.catch(() => undefined);
  }
}

/** Brings up steps in the order that `after` gives, each as early as it may, and takes them down in reverse. */
export class Graph {
  private readonly starts = new Map<string, Promise<void>>();
  private readonly stops = new Map<string, Promise<void>>();
  private stopping = false;

  /** Throws on a name that is used twice or is not there, and on a circle. */
  constructor(private readonly steps: readonly Step[]) {
    const names = new Set<string>();
    for (const { name } of steps) {
      if (names.has(name)) throw new Error(`step ${name}: defined twice`);
      names.add(name);
    }
    for (const { name, after } of steps) {
      const unknown = after.find((other) => !names.has(other));
      if (unknown !== undefined) throw new Error(`step ${name}: comes after ${unknown}, which is not a step`);
    }
    steps.forEach((step) => {
      this.refuseCircle(step, []);
    });
  }

  /** Starts all. When one fails, stops what was started, in reverse, and rejects with the first failure. */
  async start(): Promise<void> {
    try {
      await Promise.all(this.steps.map((step) => this.startOne(step)));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops all: each step when everything that comes after it has stopped. May be called at any time, and twice. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.steps.map((step) => this.stopOne(step)));
  }

  private startOne(step: Step): Promise<void> {
    return once(this.starts, step.name, async () => {
      await Promise.all(
        this.steps.filter(({ name }) => step.after.includes(name)).map((before) => this.startOne(before)),
      );
      if (this.stopping) throw new Stopped(step.name);
      await step.start();
    });
  }

  private stopOne(step: Step): Promise<void> {
    return once(this.stops, step.name, async () => {
      await Promise.all(
        this.steps.filter(({ after }) => after.includes(step.name)).map((later) => this.stopOne(later)),
      );
      await step.stop();
    });
  }

  private refuseCircle(step: Step, path: readonly string[]): void {
    if (path.includes(step.name)) throw new Error(`steps wait for each other: ${[...path, step.name].join(' → ')}`);
    for (const before of this.steps.filter(({ name }) => step.after.includes(name))) {
      this.refuseCircle(before, [...path, step.name]);
    }
  }
}

function once(promises: Map<string, Promise<void>>, name: string, work: () => Promise<void>): Promise<void> {
  const existing = promises.get(name);
  if (existing) return existing;
  const promise = work();
  promises.set(name, promise);
  return promise;
}
