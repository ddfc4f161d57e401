/**
 * The process that a sandbox's parts belong to: `up` starts it in the background, and it brings the parts up, keeps
 * them up, writes down how they are, and takes them down on SIGTERM. As long as they are not all up, it also takes
 * them down when `up` goes away.
 */
import * as fs from 'node:fs/promises';
import { impossible } from './impossible';
import { Stopped } from './process/failure';
import { Graph } from './process/graph';
import { Part, type PartEvent, reason } from './process/part';
import { steps } from './platform';
import type { Settings } from './settings';
import { Folder } from './state/folder';
import { type PartStatus, type SandboxStatus, writeStatus } from './state/status';

/** What `up` tells the supervisor first. */
export interface Start {
  readonly sandbox: string;
  readonly settings: Settings;
  /** Programs and their binaries. */
  readonly binaries: readonly (readonly [string, string])[];
  readonly python: string;
}

/** What the supervisor tells `up`. */
export type Report =
  | { readonly kind: 'part'; readonly event: PartEvent }
  | { readonly kind: 'up' }
  /** It failed, and nothing is left running. */
  | { readonly kind: 'failed'; readonly message: string };

class Supervisor {
  private readonly startedAt = Date.now();
  private readonly folder: Folder;
  private phase: SandboxStatus['phase'] = 'starting';
  private parts: readonly Part[] = [];
  private graph: Graph | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly start: Start) {
    this.folder = new Folder(start.sandbox);
  }

  async run(): Promise<void> {
    const stop = () => {
      void this.stop();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    process.on('disconnect', () => {
      switch (this.phase) {
        case 'starting':
          stop();
          return;
        case 'up':
        case 'stopping':
          return;
        default:
          impossible(this.phase);
      }
    });
    // A fault of ours must not leave the parts without anybody who looks after them.
    process.on('uncaughtException', (error) => {
      process.stderr.write(`${error.stack ?? String(error)}\n`);
      stop();
    });
    try {
      const onEvent = (event: PartEvent) => {
        this.onEvent(event);
      };
      const built = { binaries: new Map(this.start.binaries), python: this.start.python };
      const all = await steps(this.folder, this.start.settings, built, onEvent);
      this.parts = all.filter((step): step is Part => step instanceof Part);
      this.graph = new Graph(all);
      if (this.isStopping()) throw new Stopped('the sandbox');
      await this.graph.start();
      await this.enter('up');
      await this.report({ kind: 'up' });
      // From here on `up` may come and go.
      if (process.connected) process.disconnect();
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      await this.enter('stopping');
      await this.graph?.stop();
      await this.report({ kind: 'failed', message: reason(error) });
      await this.leave(1);
    }
  }

  private async stop(): Promise<void> {
    const { phase } = this;
    switch (phase) {
      case 'starting':
        // `run` finds out, reports and leaves.
        await this.enter('stopping');
        await this.graph?.stop();
        return;
      case 'up':
        await this.enter('stopping');
        await this.graph?.stop();
        await this.leave(0);
        return;
      case 'stopping':
        return;
      default:
        impossible(phase);
    }
  }

  private isStopping(): boolean {
    return this.phase === 'stopping';
  }

  private async leave(code: number): Promise<void> {
    await this.writing;
    await fs.rm(this.folder.path('status.json'), { force: true });
    process.exit(code);
  }

  private onEvent(event: PartEvent): void {
    process.stdout.write(`${JSON.stringify({ ...event, at: new Date(event.at).toISOString() })}\n`);
    void this.report({ kind: 'part', event });
    void this.write();
    const isBack = event.kind === 'answering' || (event.kind === 'ready' && event.restarts > 0);
    if (isBack) this.restartThoseThatWaitFor(event.part);
  }

  private restartThoseThatWaitFor(name: string): void {
    for (const part of this.parts) {
      if (part.spec.restartAfterOutageOf?.includes(name)) void part.restart();
    }
  }

  private enter(phase: SandboxStatus['phase']): Promise<void> {
    this.phase = phase;
    return this.write();
  }

  private write(): Promise<void> {
    const write = () => {
      const { startedAt, phase, parts } = this;
      return writeStatus(this.folder, { pid: process.pid, phase, startedAt, parts: parts.map(partStatus) });
    };
    // A status that cannot be written (a full disk) must not take the parts down.
    this.writing = this.writing.then(write).catch((error: unknown) => {
      process.stderr.write(`status.json: ${reason(error)}\n`);
    });
    return this.writing;
  }

  private async report(report: Report): Promise<void> {
    if (!process.connected) return;
    await new Promise<void>((resolve) => {
      process.send?.(report, undefined, undefined, () => {
        resolve();
      });
    });
  }
}

function partStatus(part: Part): PartStatus {
  const { state, spec, restartCount } = part;
  const common = { name: spec.name, state: state.kind, port: spec.port, log: spec.log, restarts: restartCount };
  switch (state.kind) {
    case 'ready':
      return { ...common, pid: state.child.pid, since: state.since, silent: state.silent };
    case 'ending':
    case 'waiting':
    case 'failed':
      return { ...common, failure: state.failure };
    case 'pending':
    case 'starting':
    case 'stopping':
    case 'stopped':
      return common;
    default:
      return impossible(state);
  }
}

// On a full disk there is no log, but everything goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.once('message', (start: Start) => {
  void new Supervisor(start).run();
});
