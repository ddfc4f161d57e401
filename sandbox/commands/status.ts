import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { impossible } from '../impossible';
import { describeFailure } from '../process/failure';
import type { Folder } from '../state/folder';
import { type PartStatus, trouble } from '../state/status';
import { duration } from '../terminal/terminal';
import { find } from './supervision';

/** What `status --json` prints. */
export interface StatusReport {
  readonly sandbox: string;
  /** `orphaned`: the supervisor was killed and left processes behind. */
  readonly phase: 'down' | 'starting' | 'up' | 'stopping' | 'orphaned';
  readonly parts: readonly (PartStatus & {
    /** Resident memory in bytes; only when it runs. */
    readonly memory?: number;
  })[];
}

/** How a sandbox is now. */
export async function status(folder: Folder): Promise<StatusReport> {
  const found = await find(folder);
  switch (found.kind) {
    case 'nothing':
      return { sandbox: folder.name, phase: 'down', parts: [] };
    case 'orphans':
      return { sandbox: folder.name, phase: 'orphaned', parts: [] };
    case 'supervised': {
      const { phase, parts, pid, startedAt } = found.status;
      const supervisor: PartStatus = {
        name: 'supervisor',
        state: 'ready',
        pid,
        since: startedAt,
        restarts: 0,
        log: folder.log('supervisor'),
      };
      const all = [...parts, supervisor];
      const memory = await residentMemory(all.flatMap((part) => part.pid ?? []));
      return {
        sandbox: folder.name,
        phase,
        parts: all.map((part) => ({ ...part, memory: memory.get(part.pid ?? 0) })),
      };
    }
    default:
      return impossible(found);
  }
}

/** The status as a table for people. */
export function table(folder: Folder, { sandbox, phase, parts }: StatusReport, now = Date.now()): string {
  const rows = parts.map((part) => [
    part.name,
    part.silent === undefined ? part.state : 'silent',
    part.since === undefined ? '' : duration(now - part.since),
    part.memory === undefined ? '' : `${Math.round(part.memory / 2 ** 20)} MiB`,
    part.port === undefined ? '' : String(part.port),
    String(part.restarts),
    part.failure ? describeFailure(part.failure) : (part.silent ?? ''),
  ]);
  const total = parts.reduce((sum, part) => sum + (part.memory ?? 0), 0);
  const lines = columns([['PART', 'STATE', 'UPTIME', 'MEMORY', 'PORT', 'RESTARTS', ''], ...rows]);
  const hint =
    phase === 'orphaned' ? `: its supervisor was killed; \`${folder.make('down')}\` ends what it left running` : '';
  const troubled = parts.filter((part) => trouble(part) !== undefined).map(({ name }) => name);
  // While it starts and stops, some are not ready, as is to be expected.
  const state = phase === 'up' && troubled.length > 0 ? `only partly up, without ${troubled.join(', ')}` : phase;
  const summary = `sandbox ${sandbox} is ${state}${hint}`;
  return parts.length === 0
    ? summary
    : [...lines, '', `${summary}, ${Math.round(total / 2 ** 20)} MiB in all`].join('\n');
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

async function residentMemory(pids: readonly number[]): Promise<Map<number, number>> {
  if (pids.length === 0) return new Map();
  // ps fails when one of them ended meanwhile, and prints the others all the same.
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')]).catch(
    (error: unknown) => ({ stdout: (error as { stdout?: string }).stdout ?? '' }),
  );
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(lines.map(([pid = 0, kilobytes = 0]) => [pid, kilobytes * 1024]));
}
