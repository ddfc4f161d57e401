import { Expected } from '../expected';
import { saysDiskFull } from '../state/disk';

/** Why a build failed, so that callers and tests need not read messages. */
export type BuildFailureReason =
  | 'go-missing'
  | 'go-too-old'
  | 'python-missing'
  | 'source-missing'
  | 'disk-full'
  | 'offline'
  | 'compile'
  | 'interrupted';

/** A build that failed; the message says what, where, and what to do. */
export class BuildFailure extends Expected {
  override readonly name = 'BuildFailure';

  constructor(
    readonly reason: BuildFailureReason,
    message: string,
  ) {
    super(reason === 'interrupted' ? 'interrupted' : 'failure', message);
  }
}

/** Tells apart what a failing `go` says on standard error. */
export function classify(stderr: string): BuildFailureReason {
  if (saysDiskFull(stderr)) return 'disk-full';
  if (
    /no such host|dial tcp|i\/o timeout|TLS handshake timeout|connection refused|network is unreachable|module lookup disabled/i.test(
      stderr,
    )
  ) {
    return 'offline';
  }
  return 'compile';
}

/** What to do about it. */
export const remedy: Readonly<Record<BuildFailureReason, string>> = {
  'go-missing': 'Install Go 1.26 or newer and put it on PATH.',
  'go-too-old': 'Install Go 1.26 or newer and put it first on PATH.',
  'python-missing': 'Install Python 3.11 or newer and put it on PATH.',
  'source-missing': 'Check out the whole repository.',
  'disk-full':
    'Free some space (a full build takes about 6 GB), or point SANDERS_CACHE and GOCACHE at another disk; then run ' +
    'it again: it goes on where it stopped.',
  offline: 'Check the network and `go env GOPROXY`; then run it again: it goes on where it stopped.',
  compile: 'The output above is the compiler’s.',
  interrupted: 'Run it again: it goes on where it stopped.',
};
